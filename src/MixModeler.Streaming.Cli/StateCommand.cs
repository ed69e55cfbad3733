using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler state get VISITOR`.</summary>
internal static class StateCommand
{
    private static readonly Argument<string> Visitor = new("VISITOR") { Description = "The visitor's id." };
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<string> Redis = Settings.Redis();
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command get = new("get", """
            Show a visitor's state as of the last commit: features, open decisions, score, and the offset it is true as of.

            Example:  mixmodeler state get visitor-42
            """) { Visitor, Topology, Redis, Json };
        get.SetAction(GetAsync);
        return new Command("state", "Look at what the engine knows.\n\nExample:  mixmodeler state get visitor-42") { get };
    }

    private static async Task<int> GetAsync(ParseResult parsed, CancellationToken stop)
    {
        string visitor = parsed.GetValue(Visitor)!;
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(Topology)!);
        RedisOptions server = new() { Configuration = parsed.GetValue(Redis)! };
        await using RedisConnection redis = await RedisConnection.ConnectAsync(server, TimeProvider.System, stop);
        (StoredVisitor[] found, int partitions) = await FindAsync(redis, plan, visitor, stop);
        if (found.Length == 0)
        {
            throw new CommandException(ExitCode.Failed, partitions == 0
                ? $"Topology '{plan.Name}' has no state at {redis.Endpoint}."
                : $"Nothing is known of '{visitor}' in {partitions} partitions; by Kafka's hash it belongs in partition {KeyPartition.Of(Encoding.UTF8.GetBytes(visitor), partitions)}.");
        }

        foreach (StoredVisitor stored in found)
        {
            VisitorReport report;
            try
            {
                report = VisitorReport.Of(
                    plan, visitor, stored.Partition, stored.NextOffset, stored.Epoch, stored.TaskRecord, stored.Record, stored.Profile);
            }
            catch (InvalidDataException unlike)
            {
                throw new CommandException(ExitCode.Failed, $"The state of '{visitor}' was not written under this topology file: {unlike.Message}.");
            }

            Console.WriteLine(parsed.GetValue(Json) ? Document(report) : Text(report));
        }

        if (found.Length > 1)
        {
            await Console.Error.WriteLineAsync($"'{visitor}' has state in {found.Length} partitions: its events were sent with different keys, and each partition knows a part.");
        }

        return ExitCode.Done;
    }

    private static async Task<(StoredVisitor[] Found, int Partitions)> FindAsync(
        RedisConnection redis, TopologyPlan plan, string visitor, CancellationToken stop)
    {
        try
        {
            return await new RedisVisitorReader(redis).FindAsync(plan.Name, visitor, stop);
        }
        catch (TaskLostException away)
        {
            throw new CommandException(ExitCode.Unavailable, away.Message);
        }
    }

    private static string Document(VisitorReport report)
    {
        string json = JsonSerializer.Serialize(report, ExplanationJson.Default.VisitorReport);
        return report.Profile is null ? json : json[..json.LastIndexOf('}')].TrimEnd() + $",\n  \"profile\": {report.Profile}\n}}";
    }

    private static string Text(VisitorReport report)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Visitor}: partition {report.Partition}, after offset {report.NextOffset - 1}, epoch {report.Epoch}, topology {report.Topology}@{report.TopologyVersion}");
        text.AppendLine(CultureInfo.InvariantCulture, $"newest event {report.NewestEvent:yyyy-MM-ddTHH:mm:ss.fffZ}");
        foreach (FeatureReport feature in report.Features)
        {
            string value = feature.Value is { } v ? v.ToString("0.######", CultureInfo.InvariantCulture) : "never";
            text.AppendLine(CultureInfo.InvariantCulture, $"  {feature.Name,-36} {value,14}   {feature.Kind} ({feature.Word})");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"event ids {report.EventIds}, known since {report.EventIdsSince:yyyy-MM-ddTHH:mm:ssZ}");
        string due = report.Due is { } at ? string.Create(CultureInfo.InvariantCulture, $", the oldest settles when event time reaches {at:yyyy-MM-ddTHH:mm:ssZ}") : "";
        text.AppendLine(CultureInfo.InvariantCulture, $"open decisions {report.Pending.Length}{due}");
        foreach (DateTimeOffset pending in report.Pending)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {pending:yyyy-MM-ddTHH:mm:ss.fffZ}");
        }

        return text.Append(report.Profile is null ? "no profile" : $"profile {report.Profile}").ToString();
    }
}
