using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Serve;

/// <summary>A dataset's rule, in short.</summary>
public sealed record DatasetDocument
{
    public string Name { get; set; } = "";

    public string Source { get; set; } = "";

    /// <summary>Without prefix.</summary>
    public string Topic { get; set; } = "";

    public string[] Ids { get; set; } = [];

    public Grain Granularity { get; set; }

    public DayOfWeek StartOfWeek { get; set; }

    public Restatement? RestatementBy { get; set; }

    public double? BooksCloseDays { get; set; }

    public DatasetStatus Status { get; set; }

    /// <summary>Of the rule.</summary>
    public string Identity { get; set; } = "";

    /// <summary>What the table shows: another identity while a changed rule is caught up with.</summary>
    public string? ShownIdentity { get; set; }

    /// <summary>When what it makes of records was changed last.</summary>
    public DateTimeOffset? LastModified { get; set; }

    public long Records { get; set; }

    /// <summary>Rows or cells in the table.</summary>
    public int Rows { get; set; }

    public MappedField[] Schema { get; set; } = [];
}

/// <summary>What a harmonized field is made of.</summary>
/// <param name="Field">The harmonized field.</param>
/// <param name="Rule">`field`, `value`, `case`, `sum`, `count` …</param>
/// <param name="Paths">What is read of records.</param>
/// <param name="Seen">In how many of the records it had a value; null before there was one.</param>
/// <param name="Percent">Of those that were judged, rounded down to a tenth.</param>
public sealed record MappedField(string Field, string Rule, string[] Paths, long? Seen, double? Percent);
