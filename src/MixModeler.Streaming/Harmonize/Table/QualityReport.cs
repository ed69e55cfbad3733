using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>What is missing, doubled or suspicious in the harmonized table.</summary>
public sealed record QualityReport
{
    public DatasetQuality[] Datasets { get; set; } = [];

    /// <summary>The same metric of the same channel in the same time, told by two summary datasets: it counts twice.</summary>
    public DatasetOverlap[] Overlaps { get; set; } = [];

    /// <summary>Rows that several touchpoints take.</summary>
    public DefinitionOverlap[] Touchpoints { get; set; } = [];

    /// <summary>Warnings of no single dataset.</summary>
    public QualityWarning[] Warnings { get; set; } = [];
}

/// <summary>One dataset.</summary>
public sealed record DatasetQuality
{
    public required string Name { get; set; }

    public required DatasetCategory Category { get; set; }

    public required DatasetStatus Status { get; set; }

    public required Grain Grain { get; set; }

    /// <summary>Rows or cells in the table.</summary>
    public required int Parts { get; set; }

    /// <summary>Null where no task told.</summary>
    public QualityCounts? Counts { get; set; }

    /// <summary>Mapped fields, dimensions first.</summary>
    public FieldCompleteness[] Fields { get; set; } = [];

    /// <summary>Null while it has no part.</summary>
    public DateCoverage? Dates { get; set; }

    public QualityWarning[] Warnings { get; set; } = [];
}

/// <summary>How often a field has a value.</summary>
/// <param name="Field">The harmonized field.</param>
/// <param name="Present">With a value.</param>
/// <param name="Total">Of records where the tasks counted them, else of rows or cells.</param>
/// <param name="Percent">Rounded down to a tenth, so that 100 means all.</param>
public sealed record FieldCompleteness(string Field, long Present, long Total, double Percent);

/// <summary>Which periods of its grain have rows.</summary>
/// <param name="First">The first period.</param>
/// <param name="Last">The last one.</param>
/// <param name="Periods">From the first to the last.</param>
/// <param name="Missing">How many of them have no row.</param>
/// <param name="Gaps">Runs of missing periods, the first hundred.</param>
public sealed record DateCoverage(string First, string Last, int Periods, int Missing, DateGap[] Gaps);

/// <summary>First and last missing period, and how many.</summary>
public sealed record DateGap(string From, string To, int Periods);

/// <summary>Two summary datasets that tell the same.</summary>
public sealed record DatasetOverlap(string First, string Second, string Metric, string? Channel, string From, string To, int Days);

/// <summary>Something that a person should look at.</summary>
/// <param name="Kind">`duplicate-rows`, `several-channels`, `several-conversion-types`, `mixed-grains`, `rejected`, `quarantined`, `empty-field`.</param>
/// <param name="Message">For people.</param>
/// <param name="Count">How often.</param>
public sealed record QualityWarning(string Kind, string Message, long Count);
