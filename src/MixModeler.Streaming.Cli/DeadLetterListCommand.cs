using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler deadletter list`: counts by reason, and the newest ones.</summary>
internal static class DeadLetterListCommand
{
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<string> Kafka = Settings.Kafka();
    private static readonly Option<string[]> KafkaProperties = Settings.KafkaProperties();
    private static readonly Option<string?> Topic = new("--topic") { Description = "Only records of this topic." };
    private static readonly Option<string?> Reason = new("--reason") { Description = "Only this reason." };
    private static readonly Option<string?> Since = new("--since") { Description = "Only those written since this time (2026-09-01T10:00:00Z), or for this long (90m, 2d)." };
    private static readonly Option<int> Limit = new("--limit") { Description = "How many of the newest are listed.", DefaultValueFactory = _ => 20 };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("list", """
            Count dead letters by reason and list the newest.

            Example:  mixmodeler deadletter list --reason timestamp-invalid --since 2h
            """) { Topology, Kafka, KafkaProperties, Topic, Reason, Since, Limit, Json };
        command.SetAction(List);
        return command;
    }

    private static Task<int> List(ParseResult parsed, CancellationToken stop)
    {
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(Topology)!);
        DeadLetterFilter filter = new(parsed.GetValue(Topic), parsed.GetValue(Reason), Moment.Read("--since", parsed.GetValue(Since), TimeProvider.System));
        using LogReader reader = new(Settings.KafkaOf(parsed.GetValue(Kafka)!, parsed.GetValue(KafkaProperties), "mixmodeler-deadletter"));
        DeadLetterSummary summary = DeadLetterSummary.Of(new DeadLetterLog(reader, plan.Topics), filter, Math.Max(0, parsed.GetValue(Limit)), stop);
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    total = summary.Total,
                    replayed = summary.Replayed,
                    unreadable = summary.Unreadable,
                    reasons = summary.Reasons,
                    newest = summary.Newest.Select(letter => new
                    {
                        id = letter.Id.ToString(),
                        at = TimeOf(letter.TimestampMs),
                        reason = letter.Letter.Reason,
                        topic = letter.Letter.Topic,
                        partition = letter.Letter.Partition,
                        offset = letter.Letter.Offset,
                        replay = letter.Replay?.State,
                        predecessor = letter.Predecessor?.ToString(),
                        attempts = letter.Attempts,
                    }),
                },
                JsonSerializerOptions.Web));
            return Task.FromResult(ExitCode.Done);
        }

        Tell(summary, plan.Topics.DeadLetter);
        return Task.FromResult(ExitCode.Done);
    }

    private static void Tell(DeadLetterSummary summary, string topic)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(plain, $"{summary.Total:N0} dead letters on {topic}, {summary.Replayed:N0} of them replayed"));
        foreach ((string reason, long count) in summary.Reasons.OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal))
        {
            Console.WriteLine(string.Create(plain, $"{count,10:N0}  {reason}"));
        }

        foreach (StoredDeadLetter letter in summary.Newest)
        {
            string replay = letter.Replay is { } entry ? $"  {entry.State}" : "";
            string before = letter.Predecessor is { } id ? $"  again after {id} (attempt {letter.Attempts})" : "";
            string origin = $"{letter.Letter.Topic}/{letter.Letter.Partition}@{letter.Letter.Offset}";
            Console.WriteLine($"{letter.Id,-10} {TimeOf(letter.TimestampMs)}  {letter.Letter.Reason,-18} {origin}{replay}{before}");
        }
    }

    private static string TimeOf(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
