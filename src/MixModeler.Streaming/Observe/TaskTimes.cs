using System.Diagnostics;

namespace MixModeler.Streaming.Observe;

/// <summary>What a partition task spends its time on lately. The task counts once for each batch and commit; any thread reads.</summary>
public sealed class TaskTimes
{
    private readonly TimeHistogram read = new();
    private readonly TimeHistogram apply = new();
    private readonly TimeHistogram load = new();
    private readonly TimeHistogram commit = new();

    /// <summary>Reading one record, 99th percentile over batches, µs.</summary>
    public double ReadP99Micros => read.P99Micros();

    /// <summary>Deduplicating, featurizing and scoring one event, with all nodes, 99th percentile over batches, µs.</summary>
    public double ApplyP99Micros => apply.P99Micros();

    /// <summary>Bringing in the visitors of a batch, 99th percentile, µs.</summary>
    public double LoadP99Micros => load.P99Micros();

    /// <summary>A commit with the outputs before it, 99th percentile, µs.</summary>
    public double CommitP99Micros => commit.P99Micros();

    /// <summary>What a commit usually takes, µs.</summary>
    public double CommitMicros => commit.MedianMicros();

    /// <summary>What bringing in the visitors of a batch usually takes, µs.</summary>
    public double LoadMicros => load.MedianMicros();

    internal static long Now => Stopwatch.GetTimestamp();

    internal long Read(long began, int records) => Count(read, began, records);

    internal long Apply(long began, int records) => Count(apply, began, records);

    internal long Load(long began) => Count(load, began, 1);

    internal long Commit(long began) => Count(commit, began, 1);

    // Each record of a batch is taken to have needed its share.
    private static long Count(TimeHistogram times, long began, int records)
    {
        long now = Now;
        if (records > 0)
        {
            times.Took((now - began) / records, records);
        }

        return now;
    }
}
