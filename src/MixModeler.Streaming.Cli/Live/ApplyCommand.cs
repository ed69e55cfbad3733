using System.CommandLine;
using System.Net;
using System.Text.Json;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>`mixmodeler topology plan FILE` and `topology apply FILE`.</summary>
internal static class ApplyCommand
{
    private static readonly Argument<string> File = LiveOptions.File();
    private static readonly Option<string?> Environment = Settings.EnvironmentName();
    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<bool> Json = Settings.Json();
    private static readonly Option<bool> Shadow = new("--shadow") { Description = "Run the new version beside the old one until it is promoted." };
    private static readonly Option<bool> AllowLoss = new("--allow-loss") { Description = "Make the change even if state or history is lost by it." };
    private static readonly Option<string?> Note = new("--note") { Description = "Why, for the history." };
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Ask for the change and leave." };

    public static Command CreatePlan()
    {
        Command command = new("plan", """
            Say what a file would do to the version that runs: per operator keep, migrate, rebuild or drop, and the pause to expect.

            Example:  mixmodeler topology plan topology.yaml --env production
            """) { File, Environment, Engine, Json };
        command.SetAction(PlanAsync);
        return command;
    }

    public static Command CreateApply()
    {
        Command command = new("apply", """
            Change running engines to the version in a file. The change goes on if this command ends; see 'topology status'.
            Exit code 0: done. 1: refused or abandoned, the old version goes on. 3: the file has problems.

            Example:  mixmodeler topology apply topology.yaml --note "count opens"
            """) { File, Environment, Engine, Shadow, AllowLoss, Note, NoWait, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> PlanAsync(ParseResult parsed, CancellationToken stop)
    {
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(File)!, parsed.GetValue(Environment));
        using ControlClient client = new(parsed.GetValue(Engine)!);
        string path = $"v1/topologies/{plan.Name}/plan";
        (_, string json) = await client.PostAsync(path, plan.ResolvedText, "application/yaml", null, stop);
        Console.WriteLine(parsed.GetValue(Json) ? json : ControlClient.Read(json, ControlDocumentJson.Default.PlanDocument).Text?.TrimEnd());
        return ExitCode.Done;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(File)!, parsed.GetValue(Environment));
        using ControlClient client = new(parsed.GetValue(Engine)!);
        TopologyDocument topology = await client.FindAsync(plan.Name, stop);
        ChangeWish wish = new()
        {
            Text = plan.ResolvedText,
            Shadow = parsed.GetValue(Shadow),
            AllowLoss = parsed.GetValue(AllowLoss),
            Note = parsed.GetValue(Note),
        };
        return await MakeAsync(client, topology, "changes", wish, !parsed.GetValue(NoWait), parsed.GetValue(Json), stop);
    }

    /// <summary>Asks for a change and, unless told otherwise, waits for what becomes of it.</summary>
    public static async Task<int> MakeAsync(
        ControlClient client, TopologyDocument topology, string path, ChangeWish wish, bool waits, bool json, CancellationToken stop)
    {
        string body = JsonSerializer.Serialize(wish, ControlDocumentJson.Default.ChangeWish);
        (HttpStatusCode code, string answer) = await client.PostAsync(LiveOptions.PathOf(topology, path), body, "application/json", topology.Sequence, stop);
        if (code == HttpStatusCode.OK)
        {
            Console.WriteLine(json ? answer : $"'{topology.Name}' runs version {topology.Active} already.");
            return ExitCode.Done;
        }

        ChangeDocument change = ControlClient.Read(answer, ControlDocumentJson.Default.ChangeDocument);
        if (waits)
        {
            change = await new ChangeWatch(client, topology).UntilEndAsync(change, stop);
        }

        return Tell(change, json);
    }

    public static int Tell(ChangeDocument change, bool json)
    {
        bool failed = change.Stage is "abandoned" or "refused";
        if (json)
        {
            LiveOptions.Print(change, ControlDocumentJson.Default.ChangeDocument);
        }
        else
        {
            (failed ? Console.Error : Console.Out).WriteLine(ChangeWatch.Outcome(change));
        }

        return failed ? ExitCode.Failed : ExitCode.Done;
    }
}
