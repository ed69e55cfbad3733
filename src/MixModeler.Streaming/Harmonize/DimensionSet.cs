using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>What the dimension rules make of one combination of source values. Shared by all records that have it.</summary>
internal sealed class DimensionSet
{
    /// <summary>The values as they stand in records: for each its length + 1 and its bytes, 0 for Null.</summary>
    public required byte[] Packed { get; init; }

    public required Hash128 Hash { get; init; }

    /// <summary>The values as they stand in the text of a row's key: `|YouTube|\N`.</summary>
    public required byte[] KeyText { get; init; }

    public required bool[] Present { get; init; }

    public DatasetReason Fault { get; init; }

    public string? Detail { get; init; }

    /// <summary>Of a quarantine.</summary>
    public QuarantineCause? Cause { get; init; }

    /// <summary>Records accepted since the counts were last taken.</summary>
    public long Hits { get; set; }
}
