using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>What to show of the harmonized table.</summary>
public sealed record GridQuery
{
    public const int SizeMax = 100_000;

    /// <summary>
    /// Fields in the order wanted. Empty shows date and date type, then whatever the datasets map. Without `event_date` all dates
    /// are one; without `dataset` datasets are one.
    /// </summary>
    public string[] Columns { get; set; } = [];

    /// <summary>All must hold. Those of dimensions choose parts, those of metrics and derived fields choose rows.</summary>
    public GridFilter[] Filters { get; set; } = [];

    /// <summary>First and last date that a part may have by its own date; so days add up to weeks under any range.</summary>
    public DateOnly? From { get; set; }

    public DateOnly? To { get; set; }

    public GridGrain Grain { get; set; } = GridGrain.Finest;

    /// <summary>The first counts most. Rows that are equal there stand in the order of the datasets, of dates and of the sources' own records.</summary>
    public GridSort[] Sort { get; set; } = [];

    /// <summary>From 1.</summary>
    public int Page { get; set; } = 1;

    /// <summary>Rows of a page; 0 gives all, e.g. for a download.</summary>
    public int Size { get; set; } = 100;

    /// <summary>With datasets that are drafts.</summary>
    public bool Drafts { get; set; }

    /// <summary>What would come out under other preferences; null takes those in force.</summary>
    public MergePreferences? Preferences { get; set; }
}

/// <summary>The span of one row.</summary>
public enum GridGrain
{
    Daily,
    Weekly,
    Monthly,
    Quarterly,
    Yearly,

    /// <summary>Each dataset at its own.</summary>
    Finest,

    /// <summary>The coarsest of the datasets shown, for all of them.</summary>
    Coarsest,
}

/// <summary>A field, and whether its largest value comes first. Null comes last either way.</summary>
public sealed record GridSort(string Field, bool Descending = false);

/// <summary>A question to a field.</summary>
/// <param name="Field">A dimension, metric or derived field.</param>
/// <param name="Operator">Less and its like ask numbers only, StartsWith and its like dimensions only.</param>
/// <param name="Values">Any of them answers a positive question; a negative one asks that none does.</param>
public sealed record GridFilter(string Field, GridOperator Operator, string[] Values)
{
    public static GridFilter Of(FieldPredicate predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        // The first eight are the eight of conditions.
        return new(predicate.Field, (GridOperator)predicate.Operator, [.. predicate.Values]);
    }
}

public enum GridOperator
{
    Exists,
    NotExists,
    Contains,
    NotContains,
    Equals,
    NotEquals,
    StartsWith,
    EndsWith,
    Less,
    LessOrEqual,
    GreaterOrEqual,
    Greater,
}
