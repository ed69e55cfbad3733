using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// Brings visitors from the layout of one version into that of the next when they are first loaded: what has the same identity
/// in both is kept as it stands, what has not is taken from the shadow lane that replayed the log under the new version.
/// </summary>
internal sealed class LayoutMigration
{
    private readonly StateLayout from;
    private readonly StateLayout to;
    private readonly int[] features;      // of `to` → in `from`, -1 = rebuilt
    private readonly int[] operators;
    private readonly bool keepsLabels;
    private readonly double[] halfLifesMs;
    private readonly long[] oldRow;
    private readonly long[] rebuiltRow;
    private readonly VisitorMemory old;
    private readonly VisitorMemory rebuilt;

    public LayoutMigration(StateLayout from, StateLayout to, FeatureSchema schema)
    {
        this.from = from;
        this.to = to;
        features = Match([.. to.Features.Select(f => f.Identity)], [.. from.Features.Select(f => f.Identity)]);
        operators = Match([.. to.Operators.Select(o => o.Identity)], [.. from.Operators.Select(o => o.Identity)]);
        keepsLabels = to.Labels == from.Labels;
        halfLifesMs = [.. schema.Features.Select(f => f.HalfLifeMs)];
        oldRow = new long[from.RowWords];
        rebuiltRow = new long[to.RowWords];
        old = new VisitorMemory(from.RowWords, []);
        rebuilt = new VisitorMemory(to.RowWords, to.CreateOperators());
    }

    public StateLayout From => from;

    /// <summary>Whether anything has to come from a shadow lane.</summary>
    public bool NeedsRebuilt => features.Contains(-1) || operators.Contains(-1) || (!keepsLabels && to.Labels != 0);

    /// <summary>
    /// Nothing of the older version has a meaning in the new one, not even which visitor it belongs to: all of it comes from the shadow.
    /// </summary>
    public bool KeepsNothing => !features.Any(f => f >= 0) && !operators.Any(o => o >= 0) && !(keepsLabels && to.Labels != 0);

    /// <summary>Fills a visitor that is empty.</summary>
    /// <param name="record">In the older layout; null: nothing was kept under it.</param>
    /// <param name="shadow">What the shadow lane kept of the visitor, in the new layout; null: nothing, or there was no lane.</param>
    /// <param name="row">In the new layout.</param>
    /// <param name="memory">In the new layout. Its schedule follows from <see cref="VisitorMemory.Pending"/> and is the task's to set.</param>
    public void Apply(ReadOnlySpan<byte> record, ReadOnlySpan<byte> shadow, Span<long> row, VisitorMemory memory)
    {
        Array.Clear(oldRow);
        Array.Clear(rebuiltRow);
        old.Reset();
        rebuilt.Reset();
        bool isOld = !record.IsEmpty && !KeepsNothing;
        byte[][] packed = !isOld ? [] : VisitorRecord.UnpackOlder(record, from, oldRow, old);
        if (!shadow.IsEmpty)
        {
            VisitorRecord.Unpack(shadow, to, rebuiltRow, rebuilt);
        }

        row[0] = Math.Max(oldRow[0], rebuiltRow[0]);
        Merge(oldRow, rebuiltRow, row);
        (isOld ? old : rebuilt).EventIds.CopyTo(memory.EventIds);
        MergePending(memory.Pending);
        memory.ScheduledDueMs = isOld ? old.ScheduledDueMs : 0;
        for (int i = 0; i < operators.Length; i++)
        {
            TakeOperator(memory.Operators[i], operators[i] < 0 || packed.Length == 0 ? [] : packed[operators[i]], rebuilt.Operators[i], operators[i] < 0);
        }
    }

    private void Merge(ReadOnlySpan<long> kept, ReadOnlySpan<long> replayed, Span<long> row)
    {
        for (int i = 0; i < features.Length; i++)
        {
            bool isKept = features[i] >= 0;
            ReadOnlySpan<long> source = isKept ? kept : replayed;
            long word = source[1 + (isKept ? features[i] : i)];
            // A decayed sum stands as of its own row's newest event; both rows end as of the newer one.
            row[1 + i] = to.Features[i].Kind == FeatureKind.DecayedSum && word != 0 && source[0] != row[0]
                ? BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(word) * double.Exp2((source[0] - row[0]) / halfLifesMs[i]))
                : word;
        }
    }

    // The decisions themselves are kept where the label still means the same; what was rebuilt is looked up in the replayed decision of
    // the same moment, and stays "never" where the log no longer reaches back to it.
    private void MergePending(PendingExamples pending)
    {
        pending.Clear();
        if (to.Labels == 0)
        {
            return;
        }

        PendingExamples source = keepsLabels ? old.Pending : rebuilt.Pending;
        int replayed = 0;
        Span<long> none = stackalloc long[rebuiltRow.Length];
        for (int i = 0; i < source.Count; i++)
        {
            if (!keepsLabels)
            {
                source.Row(i).CopyTo(pending.Add(source.TimeMs(i)));
                continue;
            }

            int same = Find(rebuilt.Pending, source.TimeMs(i), ref replayed);
            ReadOnlySpan<long> match = same < 0 ? none : rebuilt.Pending.Row(same);
            Span<long> row = pending.Add(source.TimeMs(i));
            row[0] = source.Row(i)[0];
            Merge(source.Row(i), match, row);
        }
    }

    // Both lists are in order of arrival, so the search goes on where the last one ended.
    private static int Find(PendingExamples pending, long timeMs, ref int start)
    {
        for (int i = start; i < pending.Count; i++)
        {
            if (pending.TimeMs(i) == timeMs)
            {
                start = i + 1;
                return i;
            }
        }

        return -1;
    }

    private static void TakeOperator(OperatorMemory target, byte[] kept, OperatorMemory replayed, bool isRebuilt)
    {
        target.Clear();
        byte[] bytes = kept;
        if (isRebuilt && !replayed.IsEmpty)
        {
            PackedWriter writer = new();
            replayed.Pack(writer);
            bytes = writer.Written.ToArray();
        }

        if (bytes.Length > 0)
        {
            PackedReader reader = new(bytes);
            target.Unpack(ref reader);
        }
    }

    // Two parts may have the same definition: the first of one version is the first of the other.
    private static int[] Match(ulong[] wanted, ulong[] had)
    {
        bool[] taken = new bool[had.Length];
        return Array.ConvertAll(wanted, identity =>
        {
            for (int i = 0; i < had.Length; i++)
            {
                if (!taken[i] && had[i] == identity)
                {
                    taken[i] = true;
                    return i;
                }
            }

            return -1;
        });
    }
}
