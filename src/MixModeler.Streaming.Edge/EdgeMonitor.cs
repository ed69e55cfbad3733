using System.Globalization;
using System.Text;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Edge.Push;

namespace MixModeler.Streaming.Edge;

// Gathers what the parts count into one picture, and writes it for Prometheus and for INFO. Cold path.
internal sealed class EdgeMonitor(
    string name, EdgeState state, PushCounters push, DecisionLog log, FrontConnections connections, TimeProvider time)
{
    public EdgeStatus Read()
    {
        EdgeImage? image = state.Image;
        LatencyHistogram latency = push.EventToVisible;
        return new EdgeStatus
        {
            Name = name,
            Ready = image is { IsReady: true },
            HubConnected = push.IsConnected,
            StalenessMs = push.LastHeardMs == 0 ? null : Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - push.LastHeardMs),
            Rows = image?.Profiles.Count ?? 0,
            PlanVersion = image?.Plan.Document.Version,
            ModelVersion = image?.Model.Version,
            Sequence = push.Sequence,
            HeadSequence = push.HeadSequence,
            Decisions = log.Decisions,
            DecisionsSafe = push.DecisionsSafe,
            DecisionsWaiting = log.Waiting,
            DecisionsDropped = log.Dropped,
            EventToVisibleMs = new() { Count = latency.Count, P50 = latency.Percentile(0.50), P99 = latency.Percentile(0.99) },
            RowsApplied = push.RowsApplied,
            RowsStale = push.RowsStale,
            RowsRefused = push.RowsRefused,
            ModelsRefused = push.ModelsRefused,
            PlansRefused = push.PlansRefused,
            Connects = push.Connects,
            Snapshots = push.Snapshots,
            Resumes = push.Resumes,
            Connections = connections.Count,
            Problem = push.Problem,
        };
    }

    public string Prometheus()
    {
        EdgeStatus status = Read();
        StringBuilder text = new();
        Gauge(text, "ready", "1 after the first complete snapshot", status.Ready ? 1 : 0);
        Gauge(text, "hub_connected", "1 while the hub answers", status.HubConnected ? 1 : 0);
        Gauge(text, "staleness_ms", "since the last frame of a hub", status.StalenessMs);
        Gauge(text, "rows", "visitors of whom something is known", status.Rows);
        Gauge(text, "model_version", "examples behind the model", status.ModelVersion);
        Gauge(text, "sequence", "changes of the hub applied", status.Sequence);
        Gauge(text, "head_sequence", "changes of the hub at its last heartbeat", status.HeadSequence);
        Gauge(text, "connections", "open connections of both fronts", status.Connections);
        Gauge(text, "decisions_waiting", "decisions that wait to be sent back", status.DecisionsWaiting);
        Counter(text, "decisions_total", "decisions answered", status.Decisions);
        Counter(text, "decisions_safe_total", "decisions acknowledged by the hub", status.DecisionsSafe);
        Counter(text, "decisions_dropped_total", "decisions answered but not reported", status.DecisionsDropped);
        Counter(text, "rows_applied_total", "rows that were newer", status.RowsApplied);
        Counter(text, "rows_stale_total", "rows that were not newer", status.RowsStale);
        Counter(text, "rows_refused_total", "rows of visitors beyond the limit", status.RowsRefused);
        Counter(text, "models_refused_total", "models that did not reproduce their golden scores", status.ModelsRefused);
        Counter(text, "snapshots_total", "snapshots begun", status.Snapshots);
        Counter(text, "resumes_total", "connections that went on where the last one was", status.Resumes);
        text.Append("# HELP mixmodeler_edge_event_to_visible_ms event's record timestamp to visible at the edge\n");
        text.Append("# TYPE mixmodeler_edge_event_to_visible_ms summary\n");
        Quantile(text, "0.5", status.EventToVisibleMs.P50);
        Quantile(text, "0.99", status.EventToVisibleMs.P99);
        text.Append(CultureInfo.InvariantCulture, $"mixmodeler_edge_event_to_visible_ms_count {status.EventToVisibleMs.Count}\n");
        return text.ToString();
    }

    // In Redis' layout, with what its clients look for.
    public string RedisInfo(string? section)
    {
        EdgeStatus status = Read();
        StringBuilder text = new();
        Section(text, section, "Server", ("redis_version", "7.0.0"), ("redis_mode", "standalone"), ("os", "any"),
            ("server_name", "mixmodeler-edge"), ("edge_name", status.Name));
        Section(text, section, "Clients", ("connected_clients", status.Connections));
        Section(text, section, "Persistence", ("loading", status.Ready ? 0 : 1));
        Section(text, section, "Stats", ("total_commands_processed", status.Decisions), ("decisions_waiting", status.DecisionsWaiting),
            ("decisions_safe", status.DecisionsSafe), ("decisions_dropped", status.DecisionsDropped));
        Section(text, section, "Replication", ("role", "master"), ("connected_slaves", 0));
        Section(text, section, "MixModeler", ("ready", status.Ready ? 1 : 0), ("hub_connected", status.HubConnected ? 1 : 0),
            ("staleness_ms", status.StalenessMs), ("rows", status.Rows), ("plan_version", status.PlanVersion),
            ("model_version", status.ModelVersion), ("models_refused", status.ModelsRefused), ("plans_refused", status.PlansRefused),
            ("sequence", status.Sequence), ("head_sequence", status.HeadSequence), ("snapshots", status.Snapshots),
            ("resumes", status.Resumes), ("event_to_visible_ms_p50", status.EventToVisibleMs.P50),
            ("event_to_visible_ms_p99", status.EventToVisibleMs.P99), ("problem", status.Problem));
        return text.ToString();
    }

    private static void Section(StringBuilder text, string? wanted, string section, params (string Name, object? Value)[] lines)
    {
        bool everything = wanted is null or "all" or "everything" or "default";
        if (!everything && !string.Equals(wanted, section, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"# {section}\r\n");
        foreach ((string line, object? value) in lines)
        {
            // A line break would end the line for the reader.
            string shown = Convert.ToString(value, CultureInfo.InvariantCulture)?.ReplaceLineEndings(" ") ?? "";
            text.Append(CultureInfo.InvariantCulture, $"{line}:{shown}\r\n");
        }

        text.Append("\r\n");
    }

    private static void Gauge(StringBuilder text, string metric, string help, long? value) => Metric(text, metric, help, "gauge", value);

    private static void Counter(StringBuilder text, string metric, string help, long value) => Metric(text, metric, help, "counter", value);

    private static void Metric(StringBuilder text, string metric, string help, string kind, long? value)
    {
        if (value is long known)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP mixmodeler_edge_{metric} {help}\n");
            text.Append(CultureInfo.InvariantCulture, $"# TYPE mixmodeler_edge_{metric} {kind}\n");
            text.Append(CultureInfo.InvariantCulture, $"mixmodeler_edge_{metric} {known}\n");
        }
    }

    private static void Quantile(StringBuilder text, string quantile, long? value)
    {
        if (value is long known)
        {
            text.Append(CultureInfo.InvariantCulture, $"mixmodeler_edge_event_to_visible_ms{{quantile=\"{quantile}\"}} {known}\n");
        }
    }
}
