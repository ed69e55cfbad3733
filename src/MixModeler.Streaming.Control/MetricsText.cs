using System.Globalization;
using System.Text;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Control;

/// <summary>An engine's status as Prometheus text (exposition format 0.0.4).</summary>
internal static class MetricsText
{
    public static string Of(EngineStatus status)
    {
        StringBuilder text = new();
        Metric(text, "healthy", "gauge", "1 while nothing stands still.", status.Healthy ? 1 : 0);
        Metric(text, "records_applied_total", "counter", "Records applied, whatever became of them.", status.Applied);
        Metric(text, "events_accepted_total", "counter", "Events that changed a visitor.", status.Accepted);
        Metric(text, "events_duplicate_total", "counter", "Events whose _id was seen within the horizon.", status.DuplicateEvents);
        Metric(text, "events_scored_total", "counter", "Scores published.", status.Scored);
        Metric(text, "examples_positive_total", "counter", "Decisions settled by a label.", status.Positives);
        Metric(text, "examples_negative_total", "counter", "Decisions settled by the horizon.", status.Negatives);
        Metric(text, "audit_lost_total", "counter", "Offsets that were never applied; 0 or something is broken.", status.Lost);
        Metric(text, "audit_duplicated_total", "counter", "Offsets applied more than once; 0 or something is broken.", status.Duplicated);
        Metric(text, "lag_records", "gauge", "Records in the log that are not applied yet.", status.Lag);
        Metric(text, "model_version", "gauge", "Examples behind the model that scores now.", status.ModelVersion);
        Head(text, "records_rejected_total", "counter", "Dead letters by reason.");
        foreach ((string reason, long count) in status.Rejected)
        {
            text.Append(CultureInfo.InvariantCulture, $"mixmodeler_records_rejected_total{{reason=\"{reason}\"}} {count}\n");
        }

        Head(text, "partition_lag_records", "gauge", "Records not applied yet, by partition.");
        foreach (PartitionReport partition in status.Partitions)
        {
            text.Append(CultureInfo.InvariantCulture, $"mixmodeler_partition_lag_records{{partition=\"{partition.Partition}\"}} {partition.Lag}\n");
        }

        Operators(text, "operator_in_total", "counter", "Records that came in, by operator.", status, each => each.In);
        Operators(text, "operator_out_total", "counter", "Records that went out, by operator.", status, each => each.Out);
        Operators(text, "operator_errors_total", "counter", "Records that an operator's failure policy took.", status, each => each.Errors);
        Operators(text, "operator_p99_seconds", "gauge", "Time for one record lately, 99th percentile; 0 where nobody measures.", status, each => each.P99Micros / 1e6);
        Operators(text, "operator_state_keys", "gauge", "Keys of which an operator keeps something, estimated.", status, each => each.StateKeys);
        Operators(text, "operator_state_bytes", "gauge", "Bytes that an operator keeps, estimated.", status, each => each.StateBytes);
        DatasetMetrics.Append(text, status.Datasets);
        MixMetrics.Append(text, status);
        if (status.Learner is { } learner)
        {
            Metric(text, "learner_examples_total", "counter", "Examples learned.", learner.Examples);
            Metric(text, "learner_examples_replayed_total", "counter", "Examples recognised as replays and skipped.", learner.Replayed);
            Metric(text, "learner_auc_window", "gauge", "Prequential AUC over the sliding window.", learner.Window.Auc ?? double.NaN);
            Metric(text, "learner_log_loss_window", "gauge", "Prequential log-loss over the sliding window.", learner.Window.LogLoss ?? double.NaN);
        }

        if (status.Hub is { } hub)
        {
            Metric(text, "hub_edges", "gauge", "Connected edges.", hub.Edges);
            Metric(text, "hub_visitors", "gauge", "Visitors held for the edges.", hub.Visitors);
            Metric(text, "decisions_total", "counter", "Decisions that came back from edges.", hub.DecisionsTaken);
        }

        return text.ToString();
    }

    private static void Operators(StringBuilder text, string name, string type, string help, EngineStatus status, Func<OperatorCounts, double> value)
    {
        Head(text, name, type, help);
        foreach (OperatorCounts each in status.Operators)
        {
            text.Append(CultureInfo.InvariantCulture, $"mixmodeler_{name}{{node=\"{each.Name}\",operator=\"{each.Operator}\"}} {value(each)}\n");
        }
    }

    private static void Metric(StringBuilder text, string name, string type, string help, double value)
    {
        Head(text, name, type, help);
        text.Append(CultureInfo.InvariantCulture, $"mixmodeler_{name} {value}\n");
    }

    internal static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP mixmodeler_{name} {help}\n# TYPE mixmodeler_{name} {type}\n");
}
