namespace MixModeler.Streaming.Attribute;

/// <summary>What a record is to an attribution model.</summary>
internal enum JourneyRowKind
{
    /// <summary>No event, or one that the main job refuses and reports.</summary>
    Refused,

    /// <summary>Only event time moves on.</summary>
    TimeMarker,

    /// <summary>Outside of the eligible population.</summary>
    NotEligible,

    /// <summary>Its worth or its version is no number: a dead letter.</summary>
    Invalid,

    /// <summary>A visitor was there.</summary>
    Seen,
    Touch,
    Conversion,
}

/// <summary>A record, read for an attribution model.</summary>
internal sealed class JourneyRow
{
    public JourneyRowKind Kind { get; set; }

    public long Offset { get; set; }

    public long TimeMs { get; set; }

    public string Visitor { get; set; } = "";

    /// <summary>Another id of the same visitor, or null.</summary>
    public string? SameAs { get; set; }

    public string EventId { get; set; } = "";

    public int Channel { get; set; }

    public double Value { get; set; }

    public long Version { get; set; }

    public bool IsRemoved { get; set; }

    public string Note { get; set; } = "";

    /// <summary>Where it was, for models by region; else empty.</summary>
    public string Region { get; set; } = "";

    /// <summary>Why the record is invalid.</summary>
    public string Detail { get; set; } = "";
}
