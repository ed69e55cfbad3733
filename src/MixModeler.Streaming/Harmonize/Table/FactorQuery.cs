namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Which factors to show over time.</summary>
public sealed record FactorQuery
{
    /// <summary>Names as harmonized; empty for all.</summary>
    public string[] Names { get; set; } = [];

    public DateOnly? From { get; set; }

    public DateOnly? To { get; set; }

    public GridGrain Grain { get; set; } = GridGrain.Finest;

    public bool Drafts { get; set; }
}

/// <summary>Factors by name, then by date.</summary>
public sealed record FactorResult
{
    public string[] Problems { get; set; } = [];

    public FactorRow[] Rows { get; set; } = [];

    /// <summary>`Coarsest` is answered with the grain that it turned out to be.</summary>
    public GridGrain Grain { get; set; }
}

/// <summary>A factor in one period.</summary>
public sealed record FactorRow
{
    public required string Name { get; set; }

    public required string Date { get; set; }

    public required string DateType { get; set; }

    public required string Value { get; set; }

    /// <summary>`Internal` or `External`.</summary>
    public required string Type { get; set; }

    /// <summary>`Actual`, or `Forecasted` where any period in it has nothing but a forecast.</summary>
    public required string ValueType { get; set; }

    /// <summary>Of several datasets the one that told it last.</summary>
    public required string Dataset { get; set; }
}
