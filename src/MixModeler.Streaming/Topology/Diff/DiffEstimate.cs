using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Diff;

/// <summary>
/// What a change touches, replays and holds up. Keys and bytes are those whose form changes: they are rewritten one by one as
/// their visitors come, so they are work, not pause.
/// </summary>
/// <remarks>
/// The pause is the time in which a partition applies no event. It is made of the commit that ends the old version, the switch
/// itself (readers and scorers of the new version were built and rehearsed before), and, where rows stand otherwise, one
/// multi-get, because the visitors in memory are read anew.
/// </remarks>
public sealed record DiffEstimate
{
    /// <summary>Changing over between two versions that are both compiled: a few references and a message, rounded up.</summary>
    public const double SwitchMs = 2;

    /// <summary>Where no commit or load was measured yet.</summary>
    public const double UnmeasuredMs = 10;

    private const long WordBytes = 8;

    public long Keys { get; init; }

    public long Bytes { get; init; }

    /// <summary>False where a store was too large to be counted in time, and its size extrapolated.</summary>
    public bool IsExact { get; init; }

    /// <summary>Empty where no history is needed.</summary>
    public ImmutableArray<ReplayRange> Replays { get; init; } = [];

    /// <summary>What the lanes of datasets read again, each for itself, beside the work of visitors.</summary>
    public ImmutableArray<ReplayRange> DatasetReplays { get; init; } = [];

    /// <summary>The logs hold everything from their first record on.</summary>
    public bool IsHistoryComplete => Replays.Concat(DatasetReplays).All(each => each.FromOffset == 0);

    /// <summary>Until the shadow lanes have caught up, partitions side by side; null where the rate was never measured.</summary>
    public double? ReplaySeconds { get; init; }

    /// <summary>Expected pause of a partition, ms.</summary>
    public double PauseMs { get; init; }

    /// <summary>How the pause was reckoned.</summary>
    public string PauseReason { get; init; } = "";

    internal static DiffEstimate Of(TopologyDiff diff, TopologySizes sizes)
    {
        ImmutableArray<ReplayRange>.Builder replays = ImmutableArray.CreateBuilder<ReplayRange>();
        if (diff.ReplaysEvents)
        {
            replays.AddRange(sizes.Partitions.Select(each => new ReplayRange("events", each.Partition, each.OldestOffset, each.NewestOffset)));
        }

        if (diff.ReplaysTraining && sizes.Training is { } training)
        {
            replays.Add(new ReplayRange("training", training.Partition, training.OldestOffset, training.NewestOffset));
        }

        double commitMs = sizes.CommitMs > 0 ? sizes.CommitMs : UnmeasuredMs;
        double loadMs = !diff.RewritesRecords ? 0 : sizes.LoadMs > 0 ? sizes.LoadMs : UnmeasuredMs;
        string load = loadMs == 0 ? "" : FormattableString.Invariant($" + {loadMs:0.#} ms to read visitors anew");
        return new DiffEstimate
        {
            Keys = diff.RewritesRecords ? sizes.Partitions.Sum(each => each.Keys) : 0,
            Bytes = diff.RewritesRecords ? sizes.Partitions.Sum(each => each.Bytes) : 0,
            IsExact = sizes.Partitions.All(each => each.IsExact),
            Replays = replays.ToImmutable(),
            DatasetReplays = [.. diff.Operators.Select(each => each.Topic).OfType<string>().Distinct().SelectMany(topic => Ranges(topic, sizes))],
            ReplaySeconds = SecondsOf(replays, sizes),
            PauseMs = commitMs + SwitchMs + loadMs,
            PauseReason = FormattableString.Invariant($"{commitMs:0.#} ms commit + {SwitchMs} ms switch{load}"),
        };
    }

    // A share for each operator, and what an incomplete log means for those that are made from it.
    internal OperatorVerdict Size(OperatorVerdict verdict, TopologyDiff diff, TopologySizes sizes)
    {
        long keys = sizes.Partitions.Sum(each => each.Keys);
        long rowBytes = keys * WordBytes * (1 + sizes.Features);
        (long touchedKeys, long touchedBytes) = (verdict.Verdict, verdict.Kind) switch
        {
            (Verdict.Keep or Verdict.Replace or Verdict.Add, _) => (0, 0),
            (_, OperatorKind.Feature) => (keys, keys * WordBytes),
            (_, OperatorKind.Labels) => (keys, Math.Max(0, sizes.Partitions.Sum(each => each.Bytes) - rowBytes)),
            (_, OperatorKind.Model) => (sizes.Training is null ? 0 : 1, sizes.Training?.Bytes ?? 0),
            (_, OperatorKind.Source or OperatorKind.Front) => (keys, sizes.Partitions.Sum(each => each.Bytes)),
            (Verdict.Rebuild or Verdict.Drop, OperatorKind.Node or OperatorKind.Audience) => (keys, 0),
            _ => (0L, 0L),
        };
        return verdict with { Keys = touchedKeys, Bytes = touchedBytes, Loss = verdict.Loss ?? MissingHistory(verdict, diff) };
    }

    private string? MissingHistory(OperatorVerdict verdict, TopologyDiff diff)
    {
        string? topic = verdict switch
        {
            { Verdict: not Verdict.Rebuild } => null,
            { Kind: OperatorKind.Dataset } => verdict.Topic,
            { Kind: OperatorKind.Model } => diff.ReplaysTraining ? "training" : null,
            _ => "events",
        };
        ReplayRange[] cut = [.. Replays.Concat(DatasetReplays).Where(each => each.Topic == topic && each.FromOffset > 0)];
        return cut.Length == 0
            ? null
            : $"the log no longer holds what came before {string.Join(", ", cut.Take(4).Select(each => $"{each.Partition}:{each.FromOffset}"))}{(cut.Length > 4 ? " …" : "")}: the rebuild lacks it";
    }

    private static IEnumerable<ReplayRange> Ranges(string topic, TopologySizes sizes) =>
        sizes.Topics.GetValueOrDefault(topic, []).Select(each => new ReplayRange(topic, each.Partition, each.OldestOffset, each.NewestOffset));

    // Lanes run side by side, so the longest partition tells; the learner's goes on beside them.
    private static double? SecondsOf(IReadOnlyList<ReplayRange> replays, TopologySizes sizes)
    {
        double seconds = 0;
        foreach (ReplayRange range in replays)
        {
            double rate = range.Topic == "events" ? sizes.ReplayEventsPerSecond : sizes.ReplayExamplesPerSecond;
            if (rate <= 0)
            {
                return null;
            }

            seconds = Math.Max(seconds, range.Records / rate);
        }

        return seconds;
    }
}

/// <summary>A stretch of a log that is read again.</summary>
/// <param name="Topic">`events` or `training`; of datasets the topic's whole name.</param>
/// <param name="Partition">Its number.</param>
/// <param name="FromOffset">The oldest that the log holds.</param>
/// <param name="ToOffset">Where the log ended when the sizes were taken.</param>
public sealed record ReplayRange(string Topic, int Partition, long FromOffset, long ToOffset)
{
    public long Records => Math.Max(0, ToOffset - FromOffset);
}
