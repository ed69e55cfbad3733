using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>`mixmodeler topology shadow`: how a version that runs in the shadow differs from the one that runs.</summary>
internal static class ShadowCommand
{
    private static readonly Argument<string?> Id = new("ID")
    {
        Description = "The change; without it the one that is under way, or else the newest one that ran in the shadow.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<string?> Name = LiveOptions.Name();
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("shadow", """
            Show how a version in the shadow differs from the one that runs: records, features, scores and decisions, as each engine
            has seen them so far. It stays readable after the change has ended.

            Example:  mixmodeler topology apply topology.yaml --shadow && mixmodeler topology shadow
            """) { Id, Engine, Name, Json };
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        TopologyDocument topology = await client.FindAsync(parsed.GetValue(Name), stop);
        string id = parsed.GetValue(Id) ?? topology.Change?.Id ?? await NewestAsync(client, topology, stop);
        string path = LiveOptions.PathOf(topology, $"changes/{Uri.EscapeDataString(id)}/divergence");
        DivergenceDocument found = await client.GetAsync(path, ControlDocumentJson.Default.DivergenceDocument, stop);
        if (parsed.GetValue(Json))
        {
            LiveOptions.Print(found, ControlDocumentJson.Default.DivergenceDocument);
            return ExitCode.Done;
        }

        Console.WriteLine($"change {found.Change}: {found.From} (left) beside {found.To} (right), {found.Stage}");
        foreach (EngineDivergence part in found.Engines)
        {
            DivergenceReport report = part.Report.Deserialize(DivergenceJson.Default.DivergenceReport)!;
            Console.WriteLine(DivergenceText.Of(report, FormattableString.Invariant($"{part.Engine} at {part.At.UtcDateTime:HH:mm:ss}Z")));
        }

        if (found.Engines.Length == 0)
        {
            Console.WriteLine("nothing has been compared yet");
        }

        return ExitCode.Done;
    }

    private static async Task<string> NewestAsync(ControlClient client, TopologyDocument topology, CancellationToken stop)
    {
        ChangeDocument[] history = await client.GetAsync(LiveOptions.PathOf(topology, "history"), ControlDocumentJson.Default.ChangeDocumentArray, stop);
        return history.FirstOrDefault(change => change.Shadow)?.Id
            ?? throw new CommandException(ExitCode.Failed, "No change has run in the shadow: 'mixmodeler topology apply FILE --shadow' runs one there.");
    }
}
