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

    private static void Metric(StringBuilder text, string name, string type, string help, double value)
    {
        Head(text, name, type, help);
        text.Append(CultureInfo.InvariantCulture, $"mixmodeler_{name} {value}\n");
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP mixmodeler_{name} {help}\n# TYPE mixmodeler_{name} {type}\n");
}
