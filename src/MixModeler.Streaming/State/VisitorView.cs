using System.Collections.Immutable;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.State;

/// <summary>A visitor's state as it stands in the store, read for people and tools. The one place that unpacks it for them.</summary>
public sealed record VisitorView
{
    /// <summary>As <see cref="FeatureSchema"/> lays it out.</summary>
    public required ImmutableArray<long> Row { get; init; }

    /// <summary>Event ids that would be recognised as duplicates.</summary>
    public required int EventIds { get; init; }

    /// <summary>Ids of events before this time are forgotten.</summary>
    public required long EventIdsSinceMs { get; init; }

    /// <summary>Decisions that wait for their label, in order of arrival.</summary>
    public required ImmutableArray<PendingView> Pending { get; init; }

    /// <summary>Event time at which the oldest of them settles; 0 = none.</summary>
    public required long DueMs { get; init; }

    /// <summary>Identities of the nodes that keep something of the visitor.</summary>
    public ImmutableArray<ulong> Keeping { get; init; } = [];

    /// <summary>Reads a record by the layout that its task spelled out, and shows it as a version of the topology sees it.</summary>
    /// <param name="record">The visitor's.</param>
    /// <param name="taskRecord">Of the same task.</param>
    /// <param name="plan">Features that the record does not keep are shown as never.</param>
    /// <exception cref="InvalidDataException">The bytes are not a record of this task, or are damaged.</exception>
    public static VisitorView Read(ReadOnlySpan<byte> record, byte[]? taskRecord, TopologyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        StateLayout layout = LayoutOf(record, TaskRecord.Unpack(taskRecord, new OffsetLedger(), new TaskTotals()));
        ulong[] kept = [.. layout.Features.Select(feature => feature.Identity)];
        int[] from = [.. plan.Schema.Features.Select((_, i) => Array.IndexOf(kept, OperatorIdentity.OfFeature(plan, i)))];
        long[] row = new long[layout.RowWords];
        VisitorMemory memory = new(layout.RowWords, []);
        byte[][] operators = VisitorRecord.UnpackOlder(record, layout, row, memory);
        return new VisitorView
        {
            Row = Shown(row, from),
            EventIds = memory.EventIds.Count,
            EventIdsSinceMs = memory.EventIds.LimitMs,
            Pending = [.. Enumerable.Range(0, memory.Pending.Count)
                .Select(i => new PendingView(memory.Pending.TimeMs(i), Shown(memory.Pending.Row(i), from)))],
            DueMs = memory.ScheduledDueMs,
            Keeping = [.. layout.Operators.Where((_, i) => operators[i].Length > 0).Select(kept => kept.Identity)],
        };
    }

    private static StateLayout LayoutOf(ReadOnlySpan<byte> record, TaskRecord? task)
    {
        uint id = VisitorRecord.LayoutOf(record);
        return task?.Layout.Id == id ? task.Layout
            : task?.Older?.Id == id ? task.Older
            : throw new InvalidDataException($"a visitor record has layout {id:x8}, which its task does not know");
    }

    private static ImmutableArray<long> Shown(ReadOnlySpan<long> row, int[] from)
    {
        long[] shown = new long[1 + from.Length];
        shown[0] = row[0];
        for (int i = 0; i < from.Length; i++)
        {
            shown[1 + i] = from[i] < 0 ? 0 : row[1 + from[i]];
        }

        return [.. shown];
    }
}

/// <summary>A decision whose label is awaited: its time, and the row as it stood then.</summary>
public sealed record PendingView(long AtMs, ImmutableArray<long> Row);

/// <summary>What a task's small record tells to people and tools.</summary>
/// <param name="Version">Version of the topology that the state belongs to; empty before the first commit.</param>
/// <param name="NewestMs">Newest event time of the partition.</param>
/// <param name="FirstOffset">The first offset that the task ever applied; -1 before.</param>
/// <param name="Applied">Records applied since.</param>
public sealed record TaskView(string Version, long NewestMs, long FirstOffset, long Applied)
{
    /// <exception cref="InvalidDataException">The bytes are no task record that this version reads.</exception>
    public static TaskView Read(byte[]? record)
    {
        OffsetLedger ledger = new();
        TaskRecord? task = TaskRecord.Unpack(record, ledger, new TaskTotals());
        return new TaskView(task?.Version ?? "", task?.NewestMs ?? 0, ledger.First, ledger.Applied);
    }
}
