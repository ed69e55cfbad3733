using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Which touchpoints or conversions to report.</summary>
public sealed record DefinitionQuery
{
    /// <summary>Empty for all.</summary>
    public string[] Names { get; set; } = [];

    public DateOnly? From { get; set; }

    public DateOnly? To { get; set; }

    public GridGrain Grain { get; set; } = GridGrain.Finest;

    public bool Drafts { get; set; }

    /// <summary>Null takes those in force.</summary>
    public MergePreferences? Preferences { get; set; }
}

/// <summary>What touchpoints or conversions came to, over time.</summary>
public sealed record DefinitionResult
{
    public string[] Problems { get; set; } = [];

    /// <summary>`Coarsest` is answered with the grain that it turned out to be.</summary>
    public GridGrain Grain { get; set; }

    /// <summary>In the order in which they are defined.</summary>
    public DefinitionSeries[] Series { get; set; } = [];

    /// <summary>Touchpoints that count the same rows twice; none of conversions.</summary>
    public DefinitionOverlap[] Overlaps { get; set; } = [];
}

/// <summary>One touchpoint or conversion.</summary>
public sealed record DefinitionSeries
{
    public required string Name { get; set; }

    /// <summary>The metric that is counted: a touchpoint's volume, a conversion's own.</summary>
    public required string Metric { get; set; }

    /// <summary>The metric of money: a touchpoint's spend, a conversion's revenue; null where nothing tells.</summary>
    public string? MoneyMetric { get; set; }

    /// <summary>Of the whole period; null where no row has it.</summary>
    public string? Total { get; set; }

    public string? MoneyTotal { get; set; }

    public DefinitionPoint[] Points { get; set; } = [];
}

/// <summary>One period of it. Numbers are exact decimals, null where no row has one.</summary>
public sealed record DefinitionPoint(string Date, string DateType, string? Value, string? Money);

/// <summary>Two touchpoints that take the same rows.</summary>
/// <param name="First">The one defined first.</param>
/// <param name="Second">The other.</param>
/// <param name="Parts">How many rows or cells.</param>
/// <param name="Records">How many records they are made of.</param>
/// <param name="Example">One of them: its dataset, date and dimensions.</param>
public sealed record DefinitionOverlap(string First, string Second, long Parts, long Records, string Example);
