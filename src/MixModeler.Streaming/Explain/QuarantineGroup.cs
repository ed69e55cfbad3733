namespace MixModeler.Streaming.Explain;

/// <summary>Records that a dataset set aside for the same thing.</summary>
/// <param name="Reason">`unknown-value` or `unit-drift`.</param>
/// <param name="Dataset">Its name.</param>
/// <param name="Field">The dimension, or the metric whose unit seems another.</param>
/// <param name="Path">Where the value stands in a record; empty where a constant gave it.</param>
/// <param name="Value">The unknown value; empty for a change of unit, whose ratios all differ.</param>
/// <param name="Count">Records, each once however many dead letters tell of it.</param>
/// <param name="FirstMs">When the first of the dead letters was written.</param>
/// <param name="LastMs">When the last was.</param>
/// <param name="FirstDate">The earliest date of a row among them, where dates are known.</param>
/// <param name="MedianRatio">For a change of unit; else null.</param>
/// <param name="Example">The first of the dead letters.</param>
public sealed record QuarantineGroup(
    string Reason,
    string Dataset,
    string Field,
    string Path,
    string Value,
    long Count,
    long FirstMs,
    long LastMs,
    DateOnly? FirstDate,
    double? MedianRatio,
    DeadLetterId Example)
{
    public bool IsDrift => Reason == Deliver.QuarantinedValue.UnitDrift;
}

/// <summary>Which groups are meant; null means any.</summary>
public sealed record QuarantineFilter(string? Dataset = null, string? Field = null, string? Value = null)
{
    public bool Takes(DeadLetterRecord letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return QuarantineGroups.IsQuarantined(letter)
            && (Dataset is null || letter.Dataset == Dataset)
            && (Field is null || letter.Field == Field)
            && (Value is null || letter.Value == Value);
    }
}
