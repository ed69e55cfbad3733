namespace MixModeler.Streaming.Score;

/// <summary>How a feature is kept and read.</summary>
public enum FeatureKind
{
    /// <summary>How many events matched.</summary>
    Count,

    /// <summary>Minutes from the newest match to the moment of reading; unknown while nothing matched.</summary>
    MinutesSince,

    /// <summary>Sum of an event's value (1 where none is named), halved every half-life, as of the moment of reading.</summary>
    DecayedSum,
}

/// <summary>One feature of a topology.</summary>
/// <param name="Name">As written in the topology.</param>
/// <param name="Kind">How it is kept and read.</param>
/// <param name="HalfLifeMs">For <see cref="FeatureKind.DecayedSum"/>; 0 elsewhere.</param>
public sealed record Feature(string Name, FeatureKind Kind, long HalfLifeMs = 0);
