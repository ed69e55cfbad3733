using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MixModeler.Streaming.Cli.Demo;

/// <summary>How a demo ended.</summary>
internal static class DemoReport
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // The curl lines should be fit for copying.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Json(long sent, DemoSnapshot last, DemoAudit audit, DemoTraffic traffic, IReadOnlyList<DemoExample> examples) =>
        JsonSerializer.Serialize(
            new
            {
                seconds = Math.Round(last.Seconds, 1),
                sent,
                events = last.Engine.Applied,
                duplicateEvents = last.Engine.DuplicateEvents,
                rejected = last.Engine.Rejected,
                scored = last.Engine.Scored,
                eventsPerSecond = Math.Round(last.Engine.Applied / last.Seconds),
                examples = new { positive = last.Engine.Positives, negative = last.Engine.Negatives, learned = last.Engine.Learner?.Examples },
                modelVersion = last.Edge.ModelVersion,
                auc = last.Engine.Learner?.SinceStart.Auc,
                logLoss = last.Engine.Learner?.SinceStart.LogLoss,
                window = last.Engine.Learner?.Window,
                decisions = traffic.Answered,
                decisionsFailed = traffic.Failed,
                decisionsReturned = last.Engine.Hub?.DecisionsTaken,
                edgeVisitors = last.Edge.Rows,
                lost = audit.Lost,
                duplicated = audit.Duplicated,
                eventToEdgeMs = new { p50 = last.Edge.EventToVisibleMs.P50, p99 = last.Edge.EventToVisibleMs.P99 },
                exampleDecisions = examples.Select(e => new { curl = e.Curl, answer = JsonDocument.Parse(e.Answer).RootElement }),
            },
            Indented);

    public static IEnumerable<string> Lines(long sent, DemoSnapshot last, DemoAudit audit, IReadOnlyList<DemoExample> examples)
    {
        yield return Invariant($"{sent:N0} records sent, {last.Engine.Applied:N0} applied, {last.Engine.Scored:N0} scored; lost {audit.Lost}, duplicated {audit.Duplicated}");
        yield return Invariant($"{last.Engine.Learner?.Examples ?? 0:N0} examples learned; prequential AUC {Number(last.Engine.Learner?.SinceStart.Auc)}, log-loss {Number(last.Engine.Learner?.SinceStart.LogLoss)}");
        yield return Invariant($"event to edge: p50 {last.Edge.EventToVisibleMs.P50} ms, p99 {last.Edge.EventToVisibleMs.P99} ms; {last.Edge.Rows:N0} visitors at the edge");
        yield return "";
        foreach (DemoExample example in examples)
        {
            yield return "$ " + example.Curl;
            yield return example.Answer;
        }
    }

    public static string Number(double? value) => value is { } number ? number.ToString("F4", CultureInfo.InvariantCulture) : "–";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
