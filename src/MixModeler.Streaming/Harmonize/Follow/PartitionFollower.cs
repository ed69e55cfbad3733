using System.Buffers.Binary;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize.Follow;

/// <summary>
/// Brings what one partition of a version of a dataset has committed into the table, and goes on from there: every key is scheduled at
/// the offset of the record that changed it last. Reads only and takes no epoch. Owned by one caller at a time.
/// </summary>
/// <remarks>
/// What is read may be newer than the offset that was peeked at. It is read again next time then, which changes nothing: values are
/// absolute.
/// </remarks>
public sealed class PartitionFollower
{
    private const int KeysPerPage = 2_000;

    private readonly IStateStore store;
    private readonly DatasetPlan plan;
    private readonly int partition;
    private readonly HarmonizedTable table;
    private long seen = -1;

    public PartitionFollower(IStateStore store, DatasetPlan plan, int partition, HarmonizedTable table)
    {
        this.store = store;
        this.plan = plan;
        this.partition = partition;
        this.table = table;
    }

    /// <summary>Everything before this offset is in the table; 0 while there is no state.</summary>
    public long NextOffset { get; private set; }

    /// <summary>As of <see cref="NextOffset"/>; null before the first commit.</summary>
    public DatasetProgress? Progress { get; private set; }

    /// <summary>Reads what changed.</summary>
    /// <returns>False if the state began anew since the last look: what the table has of it must be dropped, and followed anew.</returns>
    public async Task<bool> FollowAsync(CancellationToken stop)
    {
        StateGlance? glance = await store.PeekAsync(stop).ConfigureAwait(false);
        if (glance is null || glance.NextOffset < NextOffset)
        {
            return NextOffset == 0;
        }

        if (glance.NextOffset == NextOffset)
        {
            return true;
        }

        long after = seen;
        while (true)
        {
            DueKey[] due = await store.LoadDueAsync(after, glance.NextOffset - 1, KeysPerPage, stop).ConfigureAwait(false);
            await TakeAsync(due, stop).ConfigureAwait(false);
            if (due.Length < KeysPerPage)
            {
                break;
            }

            // A record changes few keys: those of the last one may be cut off, and are read again.
            after = due[^1].DueMs - 1;
        }

        seen = glance.NextOffset - 1;
        NextOffset = glance.NextOffset;
        Progress = DatasetProgress.Unpack(glance.TaskRecord) ?? Progress;
        return true;
    }

    private async Task TakeAsync(DueKey[] due, CancellationToken stop)
    {
        byte[][] keys = [.. due.Select(each => each.Key).Where(key => TableRecord.IsPart(key))];
        if (keys.Length == 0)
        {
            return;
        }

        byte[]?[] records = await store.LoadAsync(keys, stop).ConfigureAwait(false);
        List<(Hash128 Key, TablePart? Part)> parts = new(keys.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            parts.Add((HashOf(keys[i]), records[i] is { Length: > 0 } record ? TableRecord.Unpack(keys[i], record) : null));
        }

        table.Set(plan.Name, plan.Identity, partition, parts);
    }

    private static Hash128 HashOf(byte[] key) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(key.AsSpan(1)), BinaryPrimitives.ReadUInt64BigEndian(key.AsSpan(9)));
}
