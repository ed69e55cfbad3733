namespace MixModeler.Streaming.Attribute;

/// <summary>How conversions are attributed to touches.</summary>
public sealed record AttributorOptions
{
    /// <summary>A touch this long before a conversion, or longer, has no part in it. 56 days is the default of Attribution AI.</summary>
    public TimeSpan Lookback { get; set; } = TimeSpan.FromDays(56);

    /// <summary>Whether a conversion uses up the touches before it. The original looks back over earlier conversions; so does the default.</summary>
    public bool BeginsAfterConversion { get; set; }

    /// <summary>Of the time-decay rule. The original does not publish its own; 7 days is what web analytics is used to.</summary>
    public TimeSpan DecayHalfLife { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Touches that a Markov state of the totals remembers.</summary>
    public int MarkovOrder { get; set; } = 1;

    /// <summary>How long after the last event a visitor still counts as somebody who could convert, when the survival model learns.</summary>
    public TimeSpan AtRisk { get; set; } = TimeSpan.FromDays(56);

    /// <summary>Whether somebody who converted cannot convert again (a subscription): later days say nothing to the survival model.</summary>
    public bool ConvertsOnce { get; set; }

    /// <summary>Whether regions have survival models of their own, so that visitors' regions are kept.</summary>
    internal bool HasRegionModels { get; init; }

    internal long LookbackMs => (long)Lookback.TotalMilliseconds;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Lookback, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(DecayHalfLife, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(AtRisk, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MarkovOrder, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MarkovOrder, MarkovCounts.OrderMax);
    }
}
