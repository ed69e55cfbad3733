using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler replay`: what another version of a topology would have made of the retained log.</summary>
internal static class ReplayCommand
{
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<string> Against = new("--against") { Description = "The version to compare with.", Required = true };
    private static readonly Option<string?> From = new("--from") { Description = "Records since this time (2026-09-01T10:00:00Z) or for this long (90m, 2d); without it all." };
    private static readonly Option<string?> To = new("--to") { Description = "Records before this time." };
    private static readonly Option<string?> Events = new("--events") { Description = "A file of events, one a line, or - for standard input, instead of Kafka." };
    private static readonly Option<int> Visitors = new("--visitors") { Description = "Only the first so many visitors; 0 takes all.", DefaultValueFactory = _ => 0 };
    private static readonly Option<string> Kafka = Settings.Kafka();
    private static readonly Option<string[]> KafkaProperties = Settings.KafkaProperties();
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("replay", """
            Run the retained log under two versions of a topology, in memory, and report what would have differed.
            Both begin without state and with a model that has learned nothing; nothing is written anywhere.

            Example:  mixmodeler replay --from 7d --topology topology.yaml --against proposed.yaml
            """) { Topology, Against, From, To, Events, Visitors, Kafka, KafkaProperties, Json };
        command.SetAction(ReplayAsync);
        return command;
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, CancellationToken stop)
    {
        TopologyPlan left = Settings.LoadTopology(parsed.GetValue(Topology)!);
        TopologyPlan right = Settings.LoadTopology(parsed.GetValue(Against)!);
        string? events = parsed.GetValue(Events);
        long? from = Moment.Read("--from", parsed.GetValue(From), TimeProvider.System);
        long? to = Moment.Read("--to", parsed.GetValue(To), TimeProvider.System);
        using ReplayComparison comparison = new(left, right, Math.Max(0, parsed.GetValue(Visitors)));
        if (events is not null)
        {
            if (from is not null || to is not null)
            {
                throw new CommandException(ExitCode.Usage, "--from and --to go by the records' time of arrival, which lines of a file do not have.");
            }

            await using Stream input = events == "-" ? Console.OpenStandardInput() : File.OpenRead(events);
            await foreach (RecordBatch batch in EventFile.ReadAsync(input, stop))
            {
                await comparison.ApplyAsync(batch, stop);
            }
        }
        else
        {
            using LogReader reader = new(Settings.KafkaOf(parsed.GetValue(Kafka)!, parsed.GetValue(KafkaProperties), "mixmodeler-replay"));
            foreach (RecordBatch batch in RecordRange.Read(reader, left.Topics.Events, from, to, stop))
            {
                await comparison.ApplyAsync(batch, stop);
            }
        }

        DivergenceReport report = comparison.Finish();
        Console.WriteLine(parsed.GetValue(Json) ? JsonSerializer.Serialize(report, DivergenceJson.Default.DivergenceReport) : Text(report, comparison.Records));
        return ExitCode.Done;
    }

    private static string Text(DivergenceReport report, long records) =>
        DivergenceText.Of(report, FormattableString.Invariant($"{records:N0} records under {report.Left} and {report.Right}"));
}
