using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>Something of the store that a task has in memory.</summary>
internal interface IKeptMemory
{
    /// <summary>Has changes that are not committed, and must stay.</summary>
    bool IsDirty { get; }

    byte[] StoreKey { get; }

    /// <summary>Takes what the store has; null where it has nothing.</summary>
    void Load(byte[]? record);
}

/// <summary>A row, as its record: nobody looks into it but for its version.</summary>
internal sealed class RowMemory : IKeptMemory
{
    public byte[] StoreKey { get; set; } = [];

    public bool IsDirty { get; set; }

    /// <summary>Offset of the record that changed it last.</summary>
    public long ChangedAt { get; set; }

    /// <summary>Empty before the first.</summary>
    public byte[] Record { get; set; } = [];

    public RowVersion Version { get; set; }

    public bool IsTombstone { get; set; }

    /// <summary>Where in the record what it says begins, behind its version.</summary>
    public int Content { get; set; }

    public void Load(byte[]? record)
    {
        Record = record ?? [];
        if (Record.Length > 0)
        {
            Version = RowRecord.VersionOf(Record, out bool isTombstone, out int content);
            (IsTombstone, Content) = (isTombstone, content);
        }
    }
}

/// <summary>The events of one date and one combination of dimensions.</summary>
/// <param name="metrics">How many the dataset has.</param>
internal sealed class CellMemory(int metrics) : IKeptMemory
{
    public byte[] StoreKey { get; set; } = [];

    public bool IsDirty { get; set; }

    /// <summary>Offset of the event that changed it last.</summary>
    public long ChangedAt { get; set; }

    public int Day { get; set; }

    /// <summary>Packed.</summary>
    public byte[] Dimensions { get; set; } = [];

    public long Records { get; set; }

    public long FirstOffset { get; set; } = long.MaxValue;

    public long LastOffset { get; set; } = -1;

    public long UpdatedMs { get; set; }

    public MetricPart[] Metrics { get; set; } = new MetricPart[metrics];

    public void Load(byte[]? record)
    {
        if (record is { Length: > 0 })
        {
            CellRecord.Unpack(record, this, out _);
        }
    }

    public void Add(in DatasetRow row, ReadOnlySpan<ExactAmount> amounts, ReadOnlySpan<bool> present, int partition)
    {
        if (Records++ == 0)
        {
            (Day, Dimensions) = (row.Day, row.Dimensions!.Packed);
        }

        FirstOffset = Math.Min(FirstOffset, row.Offset);
        LastOffset = Math.Max(LastOffset, row.Offset);
        UpdatedMs = Math.Max(UpdatedMs, row.UpdatedMs);
        ValueMoment moment = new(row.TimeMs, row.UpdatedMs, partition, row.Offset);
        for (int i = 0; i < amounts.Length; i++)
        {
            if (present[i])
            {
                Metrics[i] = Metrics[i].With(amounts[i], moment);
            }
        }
    }
}

/// <summary>Ids of the recent events of one visitor, or of one share of those without a visitor.</summary>
internal sealed class IdentityMemory : IKeptMemory
{
    public byte[] StoreKey { get; set; } = [];

    public bool IsDirty { get; set; }

    public EventIdSet Ids { get; } = new();

    public void Load(byte[]? record)
    {
        if (record is { Length: > 0 })
        {
            PackedReader reader = PartPacking.Open(record, out byte kind);
            if (kind != PartPacking.Identities)
            {
                throw new InvalidDataException($"a record of kind {kind} holds no event ids");
            }

            Ids.Unpack(ref reader);
            PartPacking.CheckEnd(in reader);
        }
    }

    public void Pack(PackedWriter writer)
    {
        PartPacking.Begin(writer, PartPacking.Identities);
        Ids.Pack(writer);
        PartPacking.End(writer);
    }
}
