using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler why VISITOR`: a score led back to features, events and versions.</summary>
internal static class WhyCommand
{
    private const int EventsShown = 40;
    private static readonly Argument<string> Visitor = new("VISITOR") { Description = "The visitor's id." };
    private static readonly Option<string> Topology = Settings.Topology();
    private static readonly Option<string> Kafka = Settings.Kafka();
    private static readonly Option<string[]> KafkaProperties = Settings.KafkaProperties();
    private static readonly Option<string> Redis = Settings.Redis();
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("why", """
            Explain a visitor's newest score: what each input added, and which events made each feature.

            Example:  mixmodeler why visitor-42
            """) { Visitor, Topology, Kafka, KafkaProperties, Redis, Json };
        command.SetAction(ExplainAsync);
        return command;
    }

    private static async Task<int> ExplainAsync(ParseResult parsed, CancellationToken stop)
    {
        string visitor = parsed.GetValue(Visitor)!;
        TopologyPlan plan = Settings.LoadTopology(parsed.GetValue(Topology)!);
        using LogReader reader = new(Settings.KafkaOf(parsed.GetValue(Kafka)!, parsed.GetValue(KafkaProperties), "mixmodeler-why"));
        ScoreLog log = new(reader, plan);
        try
        {
            ScoreRecord score = log.FindScore(visitor, stop)
                ?? throw new CommandException(ExitCode.Failed, $"'{visitor}' has no score on {plan.Topics.Scores}.");
            int partition = score.Origin.Partition;
            await using RedisConnection redis = await RedisConnection.ConnectAsync(
                new RedisOptions { Configuration = parsed.GetValue(Redis)! }, TimeProvider.System, stop);
            (long NextOffset, byte[]? TaskRecord)? task = await new RedisVisitorReader(redis).TaskAsync(plan.Name, partition, stop);
            long to = Math.Max(task?.NextOffset ?? 0, score.Origin.Offset + 1);
            VisitorTrace trace = log.Trace(visitor, partition, score.Origin.Offset, to, stop);
            LinearModel model = log.FindModel(score.ModelVersion, stop);
            ScoreExplanation why = ScoreExplainer.Explain(plan, visitor, score, model, trace, TaskView.Read(task?.TaskRecord).FirstOffset);
            Console.WriteLine(parsed.GetValue(Json) ? JsonSerializer.Serialize(why, ExplanationJson.Default.ScoreExplanation) : Text(why));
            return ExitCode.Done;
        }
        catch (InvalidDataException unlike)
        {
            throw new CommandException(ExitCode.Failed, $"'{visitor}' cannot be explained by this topology file: {unlike.Message}.");
        }
        catch (TaskLostException away)
        {
            throw new CommandException(ExitCode.Unavailable, away.Message);
        }
    }

    private static string Text(ScoreExplanation why)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        StringBuilder text = new();
        text.AppendLine(plain, $"{why.Visitor} scored {why.Score:0.######} at {why.At:yyyy-MM-ddTHH:mm:ss.fffZ}, by the event at {why.Event}");
        text.AppendLine(plain, $"topology {why.Topology}@{why.TopologyVersion}, model {why.Model} version {why.ModelVersion}");
        text.AppendLine();
        text.AppendLine(plain, $"{"input",-40} {"feature",12} {"input",10} {"weight",10} {"adds",10}");
        text.AppendLine(plain, $"{"(bias)",-40} {"",12} {"",10} {"",10} {why.Bias,10:0.0000}");
        foreach (InputContribution input in why.Inputs.Where(i => i.Contribution != 0).OrderByDescending(i => Math.Abs(i.Contribution)))
        {
            string value = input.FeatureValue is { } v ? v.ToString("0.##", plain) : "never";
            text.Append(plain, $"{input.Input,-40} {value,12} {input.InputValue,10:0.0000} ");
            text.AppendLine(plain, $"{input.Weight,10:0.0000} {input.Contribution,10:0.0000}");
        }

        text.AppendLine(plain, $"({why.Inputs.Count(i => i.Contribution == 0)} inputs that add nothing)");
        text.AppendLine(plain, $"{"logit",-40} {"",12} {"",10} {"",10} {why.Logit,10:0.0000}   score {why.ScoreByWeights:0.######}");
        text.AppendLine();
        foreach (FeatureOrigin feature in why.Features.Where(f => f.Events.Length > 0 || f.Missing is not null))
        {
            string offsets = string.Join(", ", feature.Events.TakeLast(8)) + (feature.Events.Length > 8 ? " (newest 8)" : "");
            string missing = feature.Missing is null ? "" : $"; {feature.Missing}";
            text.AppendLine(plain, $"{feature.Feature}: offsets {(offsets.Length > 0 ? offsets : "-")}{missing}");
        }

        text.AppendLine();
        text.AppendLine(plain, $"{why.EventsTotal} events of this visitor in the log{(why.EventsTotal > EventsShown ? $", the newest {EventsShown}" : "")}:");
        foreach (TracedEvent traced in why.Events.TakeLast(EventsShown))
        {
            text.AppendLine(plain, $"  @{traced.Offset,-9} {traced.At:yyyy-MM-ddTHH:mm:ss.fffZ}  {traced.Outcome,-11} {traced.EventType}");
        }

        foreach (string reservation in why.Reservations)
        {
            text.AppendLine(reservation);
        }

        return text.Append(why.Reproduced ? "The events in the log lead to exactly the row that was scored." : "").ToString().TrimEnd();
    }
}
