using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>What a task of an attribution model has made of its partition; each record counts once, however often it was read.</summary>
public sealed record AttributionCounts
{
    /// <summary>Records read.</summary>
    public long Records { get; set; }

    public long Touches { get; set; }

    public long Conversions { get; set; }

    /// <summary>Scores that were given, corrected ones among them.</summary>
    public long Scores { get; set; }

    /// <summary>Scores that were taken back.</summary>
    public long Retractions { get; set; }

    /// <summary>Events outside of the eligible population.</summary>
    public long NotEligible { get; set; }

    /// <summary>Events that came after what they would have changed was settled.</summary>
    public long TooLate { get; set; }

    /// <summary>Records that are no event; the main job reports them.</summary>
    public long Refused { get; set; }

    /// <summary>Dead letters of this model.</summary>
    public long Invalid { get; set; }

    internal void Pack(PackedWriter to)
    {
        foreach (long count in new[] { Records, Touches, Conversions, Scores, Retractions, NotEligible, TooLate, Refused, Invalid })
        {
            to.VarInt(count);
        }
    }

    internal static AttributionCounts Unpack(ref PackedReader from) => new()
    {
        Records = from.VarInt(),
        Touches = from.VarInt(),
        Conversions = from.VarInt(),
        Scores = from.VarInt(),
        Retractions = from.VarInt(),
        NotEligible = from.VarInt(),
        TooLate = from.VarInt(),
        Refused = from.VarInt(),
        Invalid = from.VarInt(),
    };
}
