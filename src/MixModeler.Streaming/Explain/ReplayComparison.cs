using System.Text;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// Runs two versions of a topology over the same retained records, each from an empty state and with a model that learns
/// from nothing, and compares what comes out. The same records in the same order give the same report. Owned by one thread.
/// </summary>
public sealed class ReplayComparison : IDisposable
{
    private readonly Divergence divergence;
    private readonly ReplaySide left;
    private readonly ReplaySide right;
    private readonly RecordCheck identity;
    private readonly HashSet<Hash128> chosen = [];
    private readonly RecordBatch kept = new();
    private readonly int visitorsMax;

    /// <param name="left">The version in force.</param>
    /// <param name="right">The version to compare it with.</param>
    /// <param name="visitorsMax">Only the first so many visitors by the left version's identity, and records that it refuses; 0 = all.</param>
    /// <param name="options">Bounds of memory.</param>
    /// <exception cref="Score.DecisionPlanException">A topology's rules do not hold together.</exception>
    public ReplayComparison(TopologyPlan left, TopologyPlan right, int visitorsMax = 0, DivergenceOptions? options = null)
    {
        divergence = new Divergence(left, right, options);
        this.left = new ReplaySide(left, divergence.Left);
        this.right = new ReplaySide(right, divergence.Right);
        this.visitorsMax = visitorsMax;
        identity = new RecordCheck(left);
    }

    /// <summary>Records that both versions were given.</summary>
    public long Records { get; private set; }

    /// <summary>The next records of one partition.</summary>
    public async Task ApplyAsync(RecordBatch batch, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batch);
        RecordBatch given = visitorsMax > 0 ? Chosen(batch) : batch;
        if (given.Count == 0)
        {
            return;
        }

        Records += given.Count;
        await left.ApplyAsync(given, stop);
        await right.ApplyAsync(given, stop);
        divergence.Settle(given.Partition, given.NextOffset);
    }

    /// <summary>There are no more records.</summary>
    public DivergenceReport Finish()
    {
        divergence.Complete();
        return divergence.ToReport();
    }

    public void Dispose()
    {
        left.Dispose();
        right.Dispose();
    }

    private RecordBatch Chosen(RecordBatch batch)
    {
        kept.Clear();
        kept.Partition = batch.Partition;
        for (int i = 0; i < batch.Count; i++)
        {
            _ = identity.Check(batch.Value(i), batch.TimestampMs(i), out string? visitor);
            Hash128 hash = visitor is null ? default : Hash128.Of(Encoding.UTF8.GetBytes(visitor));
            if (visitor is null || chosen.Contains(hash) || (chosen.Count < visitorsMax && chosen.Add(hash)))
            {
                kept.Add(batch.Offset(i), batch.TimestampMs(i), batch.Key(i), batch.Value(i));
            }
        }

        return kept;
    }
}
