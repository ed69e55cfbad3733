namespace MixModeler.Streaming.Harmonize;

/// <summary>Why a record puts nothing into the table. The word in dead letters and counts is <see cref="DatasetReasonText.Of"/>.</summary>
public enum DatasetReason
{
    None,
    MalformedJson,
    UnknownDataset,
    DateMissing,
    DateInvalid,
    WrongGrain,
    FieldMissing,
    WrongType,
    NumberOutOfRange,
    NoMetric,
    BooksClosed,
    TooLate,
    InFuture,

    /// <summary>Quarantined: a mapped value that the rule does not know.</summary>
    UnknownValue,

    /// <summary>Quarantined: a ratio that no longer fits its unit.</summary>
    UnitDrift,

    /// <summary>Nothing is wrong with the record, but no person did this: it is counted and leaves no dead letter.</summary>
    Bot,
}

/// <summary>Low-cardinality words for <see cref="DatasetReason"/>.</summary>
public static class DatasetReasonText
{
    /// <summary>The reason as it stands in dead letters and metrics: `date-missing`.</summary>
    public static string Of(DatasetReason reason) => reason switch
    {
        DatasetReason.MalformedJson => "malformed-json",
        DatasetReason.UnknownDataset => "unknown-dataset",
        DatasetReason.DateMissing => "date-missing",
        DatasetReason.DateInvalid => "date-invalid",
        DatasetReason.WrongGrain => "wrong-grain",
        DatasetReason.FieldMissing => "field-missing",
        DatasetReason.WrongType => "wrong-type",
        DatasetReason.NumberOutOfRange => "number-out-of-range",
        DatasetReason.NoMetric => "no-metric",
        DatasetReason.BooksClosed => "books-closed",
        DatasetReason.TooLate => "too-late",
        DatasetReason.InFuture => "in-future",
        DatasetReason.UnknownValue => "unknown-value",
        DatasetReason.UnitDrift => "unit-drift",
        DatasetReason.Bot => "bot",
        _ => "none",
    };

    /// <summary>A person can make such a record good by a changed rule.</summary>
    public static bool IsQuarantine(DatasetReason reason) => reason is DatasetReason.UnknownValue or DatasetReason.UnitDrift;
}
