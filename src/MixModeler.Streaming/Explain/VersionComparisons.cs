using System.Collections.Concurrent;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>The comparisons of versions that run side by side in this process: one per change, over all its partitions here.</summary>
/// <param name="live">Says which versions a change is between.</param>
public sealed class VersionComparisons(LiveTopology live)
{
    private readonly ConcurrentDictionary<string, Divergence> byChange = new();

    /// <summary>Null if the change is no longer wanted.</summary>
    /// <param name="changeId">Which change.</param>
    /// <param name="partition">Of the events topic.</param>
    /// <param name="fromOffset">The present version's outputs are seen from here on.</param>
    public IVersionComparison? Open(string changeId, int partition, long fromOffset)
    {
        LiveOrder order = live.Order;
        if (order.Change is not { } change || change.Id != changeId)
        {
            return null;
        }

        Divergence divergence = byChange.GetOrAdd(changeId, _ => new Divergence(order.Active, change.Target));
        divergence.Begin(partition, fromOffset);
        return new Comparison(divergence, partition);
    }

    /// <summary>What is known so far; null if this process compared nothing for the change.</summary>
    public DivergenceReport? ReportOf(string changeId) => byChange.GetValueOrDefault(changeId)?.ToReport();

    /// <summary>Gives back the room of a change that has ended.</summary>
    public void Forget(string changeId) => byChange.TryRemove(changeId, out _);

    private sealed class Comparison(Divergence divergence, int partition) : IVersionComparison, IRecordSink
    {
        public IRecordSink Next => this;

        public void Present(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => divergence.Left(topic, partition, key, value);

        public void Settle(long offset) => divergence.Settle(partition, offset);

        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
            divergence.Right(topic, partition, key, value);

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
