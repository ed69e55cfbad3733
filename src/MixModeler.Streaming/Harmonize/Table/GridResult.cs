using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>A page of the harmonized grid.</summary>
public sealed record GridResult
{
    /// <summary>Why there is no answer; empty if there is one.</summary>
    public string[] Problems { get; set; } = [];

    public GridColumn[] Columns { get; set; } = [];

    /// <summary>
    /// A text or null for each column. Metrics are exact decimals, averages and derived fields the shortest text that is the same
    /// double: text, because a JSON number loses digits in most readers.
    /// </summary>
    public string?[][] Rows { get; set; } = [];

    /// <summary>Rows of all pages.</summary>
    public int Total { get; set; }

    public int Page { get; set; }

    public int Size { get; set; }

    /// <summary>`Coarsest` is answered with the grain that it turned out to be.</summary>
    public GridGrain Grain { get; set; }

    /// <summary>What was read.</summary>
    public GridDataset[] Datasets { get; set; } = [];
}

/// <summary>A column.</summary>
/// <param name="Name">The harmonized field.</param>
/// <param name="Display">For people.</param>
/// <param name="Category">What it is.</param>
/// <param name="Type">How it is shown.</param>
public sealed record GridColumn(string Name, string Display, FieldCategory Category, HarmonizedType Type);

/// <summary>A dataset that stands in the table.</summary>
public sealed record GridDataset
{
    public required string Name { get; set; }

    public required DatasetCategory Category { get; set; }

    public required DatasetStatus Status { get; set; }

    /// <summary>The version that is shown.</summary>
    public required string Identity { get; set; }

    public required Grain Grain { get; set; }

    public required int Parts { get; set; }

    /// <summary>How often it changed since it was loaded; an ETag for this dataset.</summary>
    public required long Changes { get; set; }

    /// <summary>The newest date of its records, where the runtime tells.</summary>
    public DateTimeOffset? Watermark { get; set; }
}
