namespace MixModeler.Streaming.Observe;

/// <summary>What an attribution model did in the partitions that this engine holds.</summary>
public sealed record AttributionReport
{
    public string Name { get; set; } = "";

    public string Identity { get; set; } = "";

    /// <summary>Events that are not read yet.</summary>
    public long Lag { get; set; }

    public long Records { get; set; }

    public long Touches { get; set; }

    public long Conversions { get; set; }

    /// <summary>Scores that were given, corrected ones among them.</summary>
    public long Scores { get; set; }

    /// <summary>Scores that were taken back.</summary>
    public long Retractions { get; set; }

    public long NotEligible { get; set; }

    public long TooLate { get; set; }

    /// <summary>Dead letters.</summary>
    public long Invalid { get; set; }

    public long Lost { get; set; }

    public long Duplicated { get; set; }

    public PartitionReport[] Partitions { get; set; } = [];
}
