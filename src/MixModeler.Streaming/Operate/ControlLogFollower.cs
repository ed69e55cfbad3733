using System.Collections.Immutable;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Operate;

/// <summary>Folds the control log as it is read. One thread reads; anybody may look.</summary>
public sealed class ControlLogFollower(Report report)
{
    private ImmutableDictionary<string, TopologyState> topologies = ImmutableDictionary<string, TopologyState>.Empty;
    private long nextOffset;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called on the reading thread after every batch, before <see cref="Changed"/> completes.</summary>
    public event Action? Advanced;

    /// <summary>Every topology that the log knows.</summary>
    public ImmutableDictionary<string, TopologyState> Topologies => Volatile.Read(ref topologies);

    /// <summary>Completes when more was read. Take it before looking, or something is missed.</summary>
    public Task Changed => Volatile.Read(ref changed).Task;

    /// <summary>Everything before this offset has been read.</summary>
    public long NextOffset => Volatile.Read(ref nextOffset);

    /// <summary>An empty one where the log knows nothing of it.</summary>
    public TopologyState Of(string topology) => Topologies.GetValueOrDefault(topology) ?? new TopologyState { Name = topology };

    public void Read(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ImmutableDictionary<string, TopologyState>.Builder next = topologies.ToBuilder();
        for (int i = 0; i < batch.Count; i++)
        {
            Take(next, batch.Offset(i), batch.Key(i), batch.Value(i));
        }

        Volatile.Write(ref topologies, next.ToImmutable());
        Advanced?.Invoke();
        Volatile.Write(ref nextOffset, batch.NextOffset);
        TaskCompletionSource woken = changed;
        Volatile.Write(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        woken.TrySetResult();
    }

    /// <summary>Waits until the state of a topology is as wished.</summary>
    public async Task<TopologyState> WhenAsync(string topology, Func<TopologyState, bool> wish, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(wish);
        while (true)
        {
            Task more = Changed;
            TopologyState state = Of(topology);
            if (wish(state))
            {
                return state;
            }

            await more.WaitAsync(stop);
        }
    }

    /// <summary>Waits until everything before an offset has been read, and obeyed.</summary>
    public async Task ReachAsync(long offset, CancellationToken stop)
    {
        while (true)
        {
            // It completes after everybody has been told.
            Task more = Changed;
            if (NextOffset >= offset)
            {
                return;
            }

            await more.WaitAsync(stop);
        }
    }

    private void Take(ImmutableDictionary<string, TopologyState>.Builder next, long offset, ReadOnlySpan<byte> keyBytes, ReadOnlySpan<byte> value)
    {
        if (!ControlKey.TryParse(keyBytes, out ControlKey key))
        {
            report(Severity.Warning, $"The record at offset {offset} of the control log has a key that is not understood; it is passed over.");
            return;
        }

        TopologyState before = next.TryGetValue(key.Topology, out TopologyState? known) ? known : new TopologyState { Name = key.Topology };
        TopologyState after = ControlLog.Fold(before, offset, key, value, out string? complaint);
        if (complaint is not null)
        {
            report(Severity.Warning, complaint);
        }

        if (!ReferenceEquals(before, after))
        {
            next[key.Topology] = after;
        }
    }
}
