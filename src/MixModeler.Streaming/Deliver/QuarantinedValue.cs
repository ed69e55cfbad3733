namespace MixModeler.Streaming.Deliver;

/// <summary>
/// What a dataset set a record aside for: a value that its mapping does not know (reason <see cref="UnknownValue"/>), or a ratio
/// that tells of another unit (reason <see cref="UnitDrift"/>).
/// </summary>
/// <param name="Dataset">Its name in the topology.</param>
/// <param name="Field">The harmonized dimension, or the metric whose unit seems another.</param>
/// <param name="Path">Where the value stands in the record; empty where a constant of the mapping gave it.</param>
/// <param name="Value">The unknown value, or the ratio as an invariant number.</param>
/// <param name="Date">The date of the row, where it is known: a change of unit has a first day.</param>
public readonly record struct QuarantinedValue(string Dataset, string Field, string Path, string Value, DateOnly? Date = null)
{
    public const string UnknownValue = "unknown-value";
    public const string UnitDrift = "unit-drift";

    /// <summary>A longer value is cut: a text of megabytes is no name of a channel, and the record's own bytes are there as well.</summary>
    public const int ValueCharsMax = 1_024;
}
