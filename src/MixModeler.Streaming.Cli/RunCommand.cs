using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler run`, and `topology run FILE`: a topology over a file or standard input, without servers.</summary>
internal static class RunCommand
{
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<string?> EnvironmentName = Settings.EnvironmentName();
    private static readonly Option<string> From = new("--from") { Description = "A file of events, one JSON document a line, or - for standard input.", DefaultValueFactory = _ => "-" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for one .jsonl per topic; without it the scores go to standard output." };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("run", """
            Run a topology over a file or standard input, in memory: scores, examples, models and dead letters come out.

            Example:  mixmodeler generate --users 2000 --to - | mixmodeler run --from - --out results
            """) { Topology, EnvironmentName, From, Out, Json };
        command.SetAction((parsed, stop) => RunAsync(parsed, parsed.GetValue(Topology)!, stop));
        return command;
    }

    public static Command CreateUnderTopology()
    {
        Argument<string> file = new("FILE") { Description = "The topology file." };
        Command command = new("run", """
            Run a topology over a file or standard input, in memory, and count what its nodes did.

            Example:  mixmodeler topology run topologies/luma-propensity/topology.yaml --from topologies/luma-propensity/events.jsonl --out results
            """) { file, EnvironmentName, From, Out, Json };
        command.SetAction((parsed, stop) => RunAsync(parsed, parsed.GetValue(file)!, stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string file, CancellationToken stop)
    {
        TopologyPlan topology = Settings.LoadTopology(file, parsed.GetValue(EnvironmentName));
        string from = parsed.GetValue(From)!;
        await using Stream input = from == "-" ? Console.OpenStandardInput() : File.OpenRead(from);
        using TopicFiles files = new(parsed.GetValue(Out), topology.Topics.Scores);
        Complaints complaints = new(from == "-" ? "stdin" : from);
        LocalRun run = new(
            topology,
            (topic, record) =>
            {
                files.Write(topic, record);
                if (topic == topology.Topics.DeadLetter)
                {
                    complaints.Add(record);
                }
            },
            TimeProvider.System);
        await run.RunAsync(input, stop);
        files.Flush();
        Tell(run, parsed.GetValue(Json), from);
        if (!topology.Harmonized.IsEmpty)
        {
            await DatasetRun.RunAsync(topology, from, parsed.GetValue(Out), stop);
        }

        return run.Progress.Lost + run.Progress.Duplicated == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    // Results go to standard output, so what is said about them goes to standard error.
    private static void Tell(LocalRun run, bool json, string from)
    {
        TaskTotals totals = run.Progress.Totals;
        Quality? quality = run.Learner?.SinceStart;
        if (json)
        {
            Console.Error.WriteLine(JsonSerializer.Serialize(
                new
                {
                    records = run.Progress.Applied,
                    events = totals.Accepted,
                    duplicates = totals.DuplicateEvents,
                    rejected = totals.Rejected,
                    scored = totals.Scored,
                    positives = totals.Positives,
                    negatives = totals.Negatives,
                    auc = Finite(quality?.Auc),
                    logLoss = Finite(quality?.LogLoss),
                    lost = run.Progress.Lost,
                    duplicated = run.Progress.Duplicated,
                    operators = run.Operators.Select(node => new { node.Node, node.Operator, node.In, node.Out, node.Errors }),
                },
                JsonSerializerOptions.Web));
            return;
        }

        Console.Error.WriteLine($"{from}: {run.Progress.Applied:N0} records: {totals.Accepted:N0} events, {totals.DuplicateEvents:N0} duplicates, "
            + $"{totals.Rejected:N0} dead letters; {totals.Scored:N0} scores, {totals.Positives:N0} positive and {totals.Negatives:N0} negative examples");
        if (quality is { Examples: > 0 })
        {
            Console.Error.WriteLine($"prequential AUC {quality.Auc:F4}, log-loss {quality.LogLoss:F4} over {quality.Examples:N0} examples");
        }

        foreach (OperatorTotals node in run.Operators)
        {
            string errors = node.Errors.IsEmpty ? "" : $"; failed: {string.Join(", ", node.Errors.Select(error => $"{error.Key} {error.Value:N0}"))}";
            Console.Error.WriteLine($"  {node.Node} ({node.Operator}): {node.In:N0} in, {node.Out:N0} out{errors}");
        }
    }

    /// <summary>Says of the first refused lines where they stand and why; the others are in the dead letters.</summary>
    private sealed class Complaints(string file)
    {
        private const int SaidMax = 10;
        private int seen;

        public void Add(ReadOnlyMemory<byte> deadLetter)
        {
            if (++seen > SaidMax)
            {
                return;
            }

            using JsonDocument refused = JsonDocument.Parse(deadLetter);
            JsonElement letter = refused.RootElement;
            Console.Error.WriteLine($"{file}:{letter.GetProperty("offset").GetInt64() + 1}: {letter.GetProperty("detail").GetString()}");
            if (seen == SaidMax)
            {
                Console.Error.WriteLine($"{file}: further refused lines are only counted; --out keeps them all.");
            }
        }
    }

    private static double? Finite(double? value) => value is double d && double.IsFinite(d) ? d : null;
}
