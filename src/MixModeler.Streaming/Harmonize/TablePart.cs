using System.Collections.Immutable;

namespace MixModeler.Streaming.Harmonize;

/// <summary>
/// What one row of a dataset, or all events of one cell, put into the harmonized table. Parts are kept apart and merged when the
/// table is read, in any order with the same result.
/// </summary>
public sealed record TablePart
{
    /// <summary>The date of the row, or of the events, in the record's own offset.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>In the order of the dataset's dimensions; null is Null.</summary>
    public required ImmutableArray<string?> Dimensions { get; init; }

    /// <summary>In the order of the dataset's metrics.</summary>
    public required ImmutableArray<MetricPart> Metrics { get; init; }

    /// <summary>How many records it is made of: 1 for a row.</summary>
    public required long Records { get; init; }

    /// <summary>The record with the smallest and with the largest offset, for the way back from a number to its records.</summary>
    public required RecordOrigin First { get; init; }

    public required RecordOrigin Last { get; init; }

    /// <summary>When the source last changed it (its own audit time), ms since 1970; 0 where it does not tell.</summary>
    public long UpdatedMs { get; init; }
}

/// <summary>Where a record stands in its topic.</summary>
public readonly record struct RecordOrigin(int Partition, long Offset);

/// <summary>
/// Everything that any of the aggregates needs of some values, merged exactly. <see cref="Count"/> 0 is no value: the metric is Null there.
/// </summary>
public readonly record struct MetricPart(long Count, ExactAmount Sum, ExactAmount Min, ExactAmount Max, ExactAmount Last, ValueMoment LastAt)
{
    public static MetricPart Of(ExactAmount value, ValueMoment at) => new(1, value, value, value, value, at);

    /// <summary>With one more value, as <see cref="Merge"/> with a part of it would be.</summary>
    public MetricPart With(ExactAmount value, ValueMoment at)
    {
        if (Count == 0)
        {
            return Of(value, at);
        }

        bool later = at.CompareTo(LastAt) > 0;
        return new MetricPart(
            checked(Count + 1),
            Sum + value,
            value.CompareTo(Min) < 0 ? value : Min,
            value.CompareTo(Max) > 0 ? value : Max,
            later ? value : Last,
            later ? at : LastAt);
    }

    public MetricPart Merge(in MetricPart other)
    {
        if (Count == 0 || other.Count == 0)
        {
            return Count == 0 ? other : this;
        }

        bool later = other.LastAt.CompareTo(LastAt) > 0;
        return new MetricPart(
            checked(Count + other.Count),
            Sum + other.Sum,
            other.Min.CompareTo(Min) < 0 ? other.Min : Min,
            other.Max.CompareTo(Max) > 0 ? other.Max : Max,
            later ? other.Last : Last,
            later ? other.LastAt : LastAt);
    }
}

/// <summary>Which of two values is the later one: its time, then its source's version, then its place in the log.</summary>
public readonly record struct ValueMoment(long TimeMs, long UpdatedMs, int Partition, long Offset)
{
    public int CompareTo(ValueMoment other) =>
        TimeMs != other.TimeMs ? TimeMs.CompareTo(other.TimeMs)
        : UpdatedMs != other.UpdatedMs ? UpdatedMs.CompareTo(other.UpdatedMs)
        : Offset != other.Offset ? Offset.CompareTo(other.Offset)
        : Partition.CompareTo(other.Partition);
}
