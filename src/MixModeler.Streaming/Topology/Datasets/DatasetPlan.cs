using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>One dataset: which records are its own, what they are made of, and what of them stands in the harmonized table.</summary>
public sealed record DatasetPlan
{
    public required string Name { get; init; }

    public required DatasetCategory Category { get; init; }

    /// <summary>The topic without the prefix: `events`, `summary` or `factors` unless said otherwise.</summary>
    public required string Topic { get; init; }

    /// <summary>
    /// What records call it: `header.datasetId` of the envelope, or `dataset` at the top. Empty takes every record of the topic.
    /// </summary>
    public ImmutableArray<string> Ids { get; init; } = [];

    public Grain Granularity { get; init; } = Grain.Daily;

    public DayOfWeek StartOfWeek { get; init; } = DayOfWeek.Monday;

    public Restatement Restatement { get; init; } = Restatement.Replacement;

    /// <summary>A row that was restated longer than this after its date is refused: books are closed. Null leaves them open.</summary>
    public TimeSpan? BooksCloseAfter { get; init; }

    public DatasetStatus Status { get; init; } = DatasetStatus.Active;

    /// <summary>Path of the date or date-time that a row belongs to.</summary>
    public string DatePath { get; init; } = "timestamp";

    /// <summary>Path of the grain that a record names for itself (`day`, `week` …); a record of another grain than the dataset's is refused.</summary>
    public string? DateTypePath { get; init; }

    /// <summary>Path of the time at which a row was last changed at its source: of two rows of one key the later one counts.</summary>
    public string VersionPath { get; init; } = "extSourceSystemAudit.lastUpdatedDate";

    /// <summary>
    /// Paths that together name a row. Empty: `_id`, else `extSourceSystemAudit.externalKey`, else for Replacement the date and
    /// all mapped dimensions, for Aggregation the record's own origin.
    /// </summary>
    public ImmutableArray<string> RowKeyPaths { get; init; } = [];

    /// <summary>Paths with declared types; what is mapped and not declared takes the type that the mapping needs.</summary>
    public ImmutableArray<FieldPlan> Fields { get; init; } = [];

    /// <summary>At least one of these must be there in every record; see <see cref="MetricRule"/>.</summary>
    public ImmutableArray<MetricMapping> Metrics { get; init; } = [];

    public ImmutableArray<DimensionMapping> Dimensions { get; init; } = [];

    /// <summary>Harmonized fields without which a record is refused, beside its date.</summary>
    public ImmutableArray<string> Mandatory { get; init; } = [];

    /// <summary>An event whose `botDetection.score` lies above this puts nothing into the table; null lets all pass.</summary>
    public double? BotsAbove { get; init; }

    /// <summary>Ratios that tell a change of unit, e.g. spend for each click.</summary>
    public ImmutableArray<UnitCheck> Units { get; init; } = [];

    /// <summary>
    /// Hash of all that decides which numbers the table gets of a record, as 12 hex digits. Two versions of a topology whose
    /// datasets have the same identity share what was harmonized; another identity is made anew from the log.
    /// </summary>
    public required string Identity { get; init; }

    public bool IsEvent => Category is not (DatasetCategory.Summary or DatasetCategory.Factors);
}

/// <summary>Where a dataset comes from. The names are those of the originals, with spaces in files.</summary>
public enum DatasetCategory
{
    Summary,
    AdobeAnalytics,
    AdobeAudienceManager,
    ExperienceEvents,
    ConsumerExperienceEvents,
    Factors,
}

/// <summary>How long a span one row tells of; later ones are coarser.</summary>
public enum Grain
{
    Daily,
    Weekly,
    Monthly,
    Quarterly,
    Yearly,
}

/// <summary>What a later record of a row does.</summary>
public enum Restatement
{
    /// <summary>It takes the place of the earlier one.</summary>
    Replacement,

    /// <summary>It is added to the earlier one: publishers send differences.</summary>
    Aggregation,
}

public enum DatasetStatus
{
    Active,

    /// <summary>Harmonized beside the others, shown only to who asks for drafts.</summary>
    Draft,
}
