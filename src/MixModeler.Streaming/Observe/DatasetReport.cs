namespace MixModeler.Streaming.Observe;

/// <summary>One version of a dataset as one engine works on it: counts since its state began, of the partitions assigned here.</summary>
public sealed record DatasetReport
{
    public string Name { get; set; } = "";

    public string Identity { get; set; } = "";

    /// <summary>Full name.</summary>
    public string Topic { get; set; } = "";

    /// <summary>`active`, `draft`, or `replaying` while it is made beside the version that is shown.</summary>
    public string Status { get; set; } = "";

    public long Records { get; set; }

    public long Accepted { get; set; }

    /// <summary>Rows whose later record took the place of an earlier one.</summary>
    public long Replaced { get; set; }

    /// <summary>Records that came after a newer one of the same row.</summary>
    public long Outdated { get; set; }

    public long Deleted { get; set; }

    public long Duplicates { get; set; }

    /// <summary>By reason.</summary>
    public SortedDictionary<string, long> Refused { get; set; } = [];

    /// <summary>By reason.</summary>
    public SortedDictionary<string, long> Quarantined { get; set; } = [];

    /// <summary>The newest date or time of a record; null before the first.</summary>
    public DateTimeOffset? Watermark { get; set; }

    /// <summary>Records in the log that are not harmonized yet.</summary>
    public long Lag { get; set; }

    /// <summary>Rows or cells that are kept, estimated.</summary>
    public long Keys { get; set; }

    public long Bytes { get; set; }

    public PartitionReport[] Partitions { get; set; } = [];
}
