namespace MixModeler.Streaming.Attribute;

/// <summary>How a survival model begins.</summary>
public sealed record HazardOptions
{
    /// <summary>Weeks after a touch in which it has an effect; the lookback.</summary>
    public int Weeks { get; set; } = 4;

    /// <summary>Where the base rate begins: conversions per visitor and day without touches.</summary>
    public double DailyRate { get; set; } = 0.001;

    /// <summary>Of the base rate's log odds. 4: a factor of 7 either way is one standard deviation.</summary>
    public double BaseVariance { get; set; } = 4;

    /// <summary>Of each effect, around 0. 1: a touch that multiplies the odds by 2.7 is one standard deviation.</summary>
    public double EffectVariance { get; set; } = 1;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Weeks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Weeks, 52);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(DailyRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(DailyRate, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BaseVariance);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(EffectVariance);
    }
}
