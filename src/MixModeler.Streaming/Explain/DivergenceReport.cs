using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Explain;

/// <summary>What two versions of a topology made of the same records, and where they differ.</summary>
public sealed record DivergenceReport
{
    public string Left { get; set; } = "";

    public string Right { get; set; } = "";

    /// <summary>Nothing differs, and nothing was given up before it could be compared.</summary>
    public bool IsEmpty { get; set; }

    /// <summary>Per kind of output: scores, training, deadletter. Models are only counted: their pace is the clock's.</summary>
    public SortedDictionary<string, OutputDivergence> Outputs { get; set; } = new(StringComparer.Ordinal);

    public FeatureDivergence[] Features { get; set; } = [];

    public string[] FeaturesOnlyLeft { get; set; } = [];

    public string[] FeaturesOnlyRight { get; set; } = [];

    public ScoreDivergence Scores { get; set; } = new();

    public ScopeDivergence[] Decisions { get; set; } = [];

    /// <summary>Dead letters by reason, on either side.</summary>
    public SortedDictionary<string, ReasonDivergence> DeadLetters { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Visitors that were followed one by one, for the shares of visitors.</summary>
    public long Visitors { get; set; }

    /// <summary>1 where all visitors were followed; else the share that was, chosen by their hash.</summary>
    public double VisitorShare { get; set; } = 1;

    /// <summary>Outputs of one side that still wait for the other's.</summary>
    public long Waiting { get; set; }

    /// <summary>Outputs that were forgotten unmatched, because one side ran too far ahead of the other.</summary>
    public long GivenUp { get; set; }

    /// <summary>Outputs that a side sent again after a crash; each counts once.</summary>
    public long Repeated { get; set; }

    /// <summary>Outputs that could not be read.</summary>
    public long Unreadable { get; set; }

    /// <summary>The first differences, in the order in which they were found.</summary>
    public string[] Examples { get; set; } = [];
}

/// <summary>Outputs of one kind: how many each side sent, how many pairs are equal, how many have no counterpart.</summary>
public sealed record OutputDivergence(long Left, long Right, long Same, long Different, long OnlyLeft, long OnlyRight);

/// <summary>One feature that both versions have.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Values">Pairs of values compared.</param>
/// <param name="Different">Pairs that differ.</param>
/// <param name="Visitors">Visitors for whom it ever differed.</param>
/// <param name="VisitorShare">The same as a share of all visitors.</param>
/// <param name="DifferenceMax">Largest absolute difference where both sides have a number.</param>
/// <param name="NeverOnOneSide">Pairs where one side says "never" and the other a number.</param>
public sealed record FeatureDivergence(
    string Feature, long Values, long Different, long Visitors, double VisitorShare, double DifferenceMax, long NeverOnOneSide);

/// <summary>Scores that both versions gave the same visitor for the same event.</summary>
public sealed record ScoreDivergence
{
    public long Pairs { get; set; }

    public long Different { get; set; }

    public double DifferenceMean { get; set; }

    public double DifferenceMax { get; set; }

    /// <summary>Pearson's r; null where one side does not vary.</summary>
    public double? Correlation { get; set; }

    /// <summary>Pairs where the two versions take the event for another visitor's.</summary>
    public long OtherVisitor { get; set; }
}

/// <summary>What visitors would get at one scope, by their newest score.</summary>
public sealed record ScopeDivergence(string Scope, long Visitors, long Different, double Share, ExperienceMove[] Moves);

/// <summary>How many visitors the left version shows one experience and the right version another (or the same).</summary>
public sealed record ExperienceMove(string From, string To, long Visitors);

/// <summary>Dead letters of one reason.</summary>
public sealed record ReasonDivergence(long Left, long Right);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DivergenceReport))]
public sealed partial class DivergenceJson : JsonSerializerContext;
