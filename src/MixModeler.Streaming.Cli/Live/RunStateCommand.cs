using System.CommandLine;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>`mixmodeler topology pause`, `resume` and `drain`.</summary>
internal static class RunStateCommand
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);
    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<string?> Name = LiveOptions.Name();
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Ask for it and leave." };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command CreatePause() => Create("pause", """
        Hold every partition at its last commit. Nothing is lost: the log waits. 'topology resume' goes on.

        Example:  mixmodeler topology pause
        """);

    public static Command CreateResume() => Create("resume", """
        Go on after 'topology pause' or 'topology drain'.

        Example:  mixmodeler topology resume
        """);

    public static Command CreateDrain() => Create("drain", """
        Finish every record that is in the log now, commit, then hold; waits until every partition has. 'topology resume' goes on.

        Example:  mixmodeler topology drain
        """);

    private static Command Create(string word, string help)
    {
        Command command = word == "drain" ? new(word, help) { Engine, Name, NoWait, Json } : new(word, help) { Engine, Name, Json };
        command.SetAction((parsed, stop) => RunAsync(parsed, word, stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string word, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        TopologyDocument topology = await client.FindAsync(parsed.GetValue(Name), stop);
        (_, string answer) = await client.PostAsync(LiveOptions.PathOf(topology, word), "", "application/json", null, stop);
        topology = ControlClient.Read(answer, ControlDocumentJson.Default.TopologyDocument);
        using PeriodicTimer tick = new(Glance);
        while (word == "drain" && !parsed.GetValue(NoWait) && topology.Run is { State: RunState.Draining, Drained: false })
        {
            await tick.WaitForNextTickAsync(stop);
            topology = await client.FindAsync(topology.Name, stop);
        }

        if (parsed.GetValue(Json))
        {
            LiveOptions.Print(topology, ControlDocumentJson.Default.TopologyDocument);
        }
        else
        {
            Console.WriteLine($"{topology.Name}: version {topology.Active}, {StatusCommand.RunText(topology.Run)}");
        }

        return word == "drain" && topology.Run.State != RunState.Draining ? ExitCode.Failed : ExitCode.Done;
    }
}
