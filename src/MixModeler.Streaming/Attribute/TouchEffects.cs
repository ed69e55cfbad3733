using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// What a touch adds to the log odds of converting, by channel and by weeks since the touch: never negative, never growing with the
/// weeks. Immutable; one version of what a <see cref="HazardModel"/> has learned.
/// </summary>
public sealed class TouchEffects
{
    public const long DayMs = 86_400_000;
    public const int DaysPerWeek = 7;

    private const byte Format = 1;

    private readonly double[] effects;

    /// <param name="effects">Channel after channel, week after week.</param>
    /// <param name="weeks">Weeks per channel, at least 1.</param>
    /// <param name="version">Goes into the scores that are made with it.</param>
    public TouchEffects(ReadOnlySpan<double> effects, int weeks, long version)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weeks, 1);
        if (effects.Length % weeks != 0)
        {
            throw new ArgumentException($"{effects.Length} effects are not whole rows of {weeks} weeks", nameof(effects));
        }

        for (int i = 0; i < effects.Length; i++)
        {
            if (!(effects[i] >= 0) || (i % weeks > 0 && effects[i] > effects[i - 1]))
            {
                throw new ArgumentException($"channel {i / weeks} has an effect that is negative or grows in week {i % weeks}", nameof(effects));
            }
        }

        (this.effects, Weeks, Version) = (effects.ToArray(), weeks, version);
    }

    /// <summary>Weeks after which a touch adds nothing.</summary>
    public int Weeks { get; }

    public long Version { get; }

    public int Channels => effects.Length / Weeks;

    /// <summary>Of a touch of the channel so many weeks ago; 0 for channels and weeks that are not known.</summary>
    public double this[int channel, int week] => channel < Channels && (uint)week < (uint)Weeks ? effects[(channel * Weeks) + week] : 0;

    /// <summary>Of a touch at one time on a conversion at another one. Days are those of UTC; a week is seven of them.</summary>
    public double At(int channel, long touchMs, long conversionMs) => this[channel, (int)((Day(conversionMs) - Day(touchMs)) / DaysPerWeek)];

    /// <summary>The day of a time, floored; days before 1970 are negative.</summary>
    public static long Day(long timeMs) => (timeMs >= 0 ? timeMs : timeMs - DayMs + 1) / DayMs;

    public void Save(PackedWriter to)
    {
        to.Byte(Format);
        to.VarInt(Version);
        to.VarUInt((ulong)Weeks);
        to.VarUInt((ulong)effects.Length);
        foreach (double effect in effects)
        {
            to.Double(effect);
        }
    }

    /// <exception cref="InvalidDataException">The bytes are no effects of this format.</exception>
    public static TouchEffects Load(ref PackedReader from)
    {
        if (from.Byte() != Format)
        {
            throw new InvalidDataException("these are no touch effects of a known format");
        }

        long version = from.VarInt();
        int weeks = (int)from.VarUInt();
        double[] effects = new double[from.Count(8)];
        for (int i = 0; i < effects.Length; i++)
        {
            effects[i] = from.Double();
        }

        return new TouchEffects(effects, weeks, version);
    }
}
