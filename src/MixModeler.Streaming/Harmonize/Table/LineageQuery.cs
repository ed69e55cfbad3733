using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>A number of the grid: its row and its column, and the query that it stood in.</summary>
public sealed record LineageQuery
{
    public const int PartsMax = 10_000;

    /// <summary>
    /// What the row says, by field: `event_date`, `date_type`, `dataset` and dimensions; null is Null. A field that is not named
    /// may be anything, as in a grid without that column.
    /// </summary>
    public Dictionary<string, string?> Row { get; set; } = [];

    /// <summary>A metric or a derived field.</summary>
    public required string Metric { get; set; }

    public GridFilter[] Filters { get; set; } = [];

    public DateOnly? From { get; set; }

    public DateOnly? To { get; set; }

    public GridGrain Grain { get; set; } = GridGrain.Finest;

    public bool Drafts { get; set; }

    public MergePreferences? Preferences { get; set; }

    /// <summary>How many parts to list.</summary>
    public int Limit { get; set; } = 1_000;
}

/// <summary>What a number is made of.</summary>
public sealed record LineageResult
{
    public string[] Problems { get; set; } = [];

    public string Metric { get; set; } = "";

    /// <summary>As the grid shows it; null for Null.</summary>
    public string? Value { get; set; }

    /// <summary>In the order of datasets, dates and offsets.</summary>
    public LineagePart[] Parts { get; set; } = [];

    /// <summary>How many there are, listed or not.</summary>
    public int Total { get; set; }

    /// <summary>Records of all parts that count.</summary>
    public long Records { get; set; }
}

/// <summary>A row of a dataset, or its events of one cell.</summary>
public sealed record LineagePart
{
    public required string Dataset { get; set; }

    public required DatasetCategory Category { get; set; }

    /// <summary>The topic without its prefix, where its records stand.</summary>
    public required string Topic { get; set; }

    public required int Partition { get; set; }

    /// <summary>The key of its state record, as 32 hex digits.</summary>
    public required string Key { get; set; }

    public required long FirstOffset { get; set; }

    public required long LastOffset { get; set; }

    public required long Records { get; set; }

    /// <summary>Its own date.</summary>
    public required string Date { get; set; }

    /// <summary>Its dimensions by field; those that are Null are missing.</summary>
    public required Dictionary<string, string> Dimensions { get; set; }

    /// <summary>The metric that it brings; one of a formula's for a derived field.</summary>
    public required string Metric { get; set; }

    public required MetricRule Aggregate { get; set; }

    public required string Value { get; set; }

    /// <summary>Null if it counts, else `preference`: the other side of a conflict is preferred.</summary>
    public string? DroppedBy { get; set; }
}
