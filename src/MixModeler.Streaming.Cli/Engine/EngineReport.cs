using System.Collections.Concurrent;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>Gathers what the parts of an engine tell into one status.</summary>
internal static class EngineReport
{
    public static EngineStatus Of(
        TopologyPlan topology,
        ConcurrentDictionary<int, PartitionTask> tasks,
        IReadOnlyList<(string Branch, WatchedTask Task)> beside,
        Func<string, ScopeSize> sizeOf,
        HostStatus? host,
        HostStatus? learnerHost,
        LearnerStatus? learner,
        HubStatus? hub,
        int hubPort,
        long modelVersion,
        IEnumerable<string> problems)
    {
        PartitionStatus[] assigned = host is null ? [] : [.. host.Partitions.OrderBy(p => p.Partition)];
        Dictionary<int, TaskProgress> progress = assigned
            .Where(p => tasks.ContainsKey(p.Partition))
            .ToDictionary(p => p.Partition, p => tasks[p.Partition].Progress);
        TaskTotals totals = new();
        foreach (TaskProgress task in progress.Values)
        {
            totals.Add(task.Totals);
        }

        WatchedTask[] main = [.. progress.Keys.Select(partition => Watched(tasks[partition], sizeOf($"{topology.Name}:{partition}")))];
        LearnerReport? learnerReport = learner is null ? null : Learner(learner, learnerHost);
        string[] sentences = [.. problems];
        return new EngineStatus
        {
            Topology = topology.Name,
            TopologyVersion = topology.Version,
            Healthy = sentences.Length == 0,
            Problems = sentences,
            Applied = progress.Values.Sum(p => p.Applied),
            Accepted = totals.Accepted,
            DuplicateEvents = totals.DuplicateEvents,
            Rejected = Reasons(totals),
            Scored = totals.Scored,
            Positives = totals.Positives,
            Negatives = totals.Negatives,
            DecisionsSkipped = totals.DecisionsSkipped,
            Lost = progress.Values.Sum(p => p.Lost),
            Duplicated = progress.Values.Sum(p => p.Duplicated),
            Lag = assigned.Sum(p => p.Lag),
            ModelVersion = modelVersion,
            Partitions = [.. assigned.Select(p => Partition(p, progress.GetValueOrDefault(p.Partition)))],
            Operators = OperatorTable.Of(topology, main, beside, learnerReport),
            Learner = learnerReport,
            Hub = hub is null
                ? null
                : new HubReport(hubPort, hub.Edges, hub.Visitors, hub.HeadSequence, hub.DecisionsTaken, hub.RowsReplayed, hub.IsComplete),
        };
    }

    public static WatchedTask Watched(PartitionTask task, ScopeSize size) =>
        new(task.Progress, task.Operators, task.Times, task.Parts, size.Keys, size.Bytes);

    private static PartitionReport Partition(PartitionStatus status, TaskProgress? progress) => new(
        status.Partition, status.State.ToString(), progress?.NextOffset ?? -1, status.Lag, progress?.Lost ?? 0, progress?.Duplicated ?? 0, status.LastProblem);

    private static SortedDictionary<string, long> Reasons(TaskTotals totals)
    {
        SortedDictionary<string, long> reasons = new(StringComparer.Ordinal);
        foreach (Rejection reason in Enum.GetValues<Rejection>())
        {
            if (totals.RejectedFor(reason) > 0)
            {
                reasons[RejectionText.Of(reason)] = totals.RejectedFor(reason);
            }
        }

        return reasons;
    }

    private static LearnerReport Learner(LearnerStatus status, HostStatus? host) => new()
    {
        Examples = status.Version,
        Replayed = status.Counts.Replayed,
        Refused = status.Counts.Refused,
        Lag = host?.Partitions.Sum(p => p.Lag) ?? 0,
        SinceStart = Quality(status.SinceStart),
        Window = Quality(status.Window),
    };

    private static QualityReport Quality(Quality quality) => new()
    {
        Examples = quality.Examples,
        Positives = quality.Positives,
        Auc = Finite(quality.Auc),
        LogLoss = Finite(quality.LogLoss),
        Brier = Finite(quality.Brier),
        CalibrationError = Finite(quality.CalibrationError),
    };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
