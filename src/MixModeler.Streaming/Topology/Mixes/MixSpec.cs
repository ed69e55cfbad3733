namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>How baseline and channels make the outcome.</summary>
public enum MixForm
{
    /// <summary>outcome = baseline + sum of channels.</summary>
    Additive,

    /// <summary>outcome = baseline × product of channels; learned on the logarithm.</summary>
    Multiplicative,
}

/// <summary>A marketing-mix model as somebody wrote it down, checked.</summary>
public sealed record MixSpec
{
    /// <summary>Column of the outcome.</summary>
    public required string Target { get; init; }

    /// <summary>Column of the first day of each period.</summary>
    public required string Date { get; init; }

    public MixForm Form { get; init; }

    /// <summary>The outcome is divided by it once and for all; null takes the largest of the first <see cref="ScaleWindow"/> periods.</summary>
    public double? TargetScale { get; init; }

    /// <summary>Periods from which scales are taken that the spec does not fix.</summary>
    public int ScaleWindow { get; init; } = 52;

    public required IReadOnlyList<ChannelSpec> Channels { get; init; }

    /// <summary>What is known of the share of the base, all that no channel brought; null for nothing.</summary>
    public Belief? Base { get; init; }

    /// <summary>Of the ROI that channels are spread around whose contribution goes with their spend; null where there is none such.</summary>
    public Prior? CommonRoi { get; init; }

    public IReadOnlyList<ControlSpec> Controls { get; init; } = [];

    /// <summary>Mean and standard deviation of the intercept, in scaled units.</summary>
    public Prior Intercept { get; init; } = new(PriorKind.Normal, 0, 2);

    /// <summary>Prior of a straight line's slope per <see cref="TrendPeriods"/> periods; null for no trend.</summary>
    public Prior? Trend { get; init; }

    public double TrendPeriods { get; init; } = 52;

    /// <summary>
    /// Periods between knots of a level that walks: from knot to knot it changes by a normal step, in between along a straight line. 0 for
    /// a level that stands.
    /// </summary>
    public int LevelEvery { get; init; }

    /// <summary>Periods up to which the level walks; it stands from then on.</summary>
    public int LevelHorizon { get; init; } = 260;

    /// <summary>Of one step of the level, in scaled units.</summary>
    public Prior LevelStep { get; init; } = new(PriorKind.Normal, 0, 0.1);

    /// <summary>Steps that the level can take.</summary>
    internal int LevelSteps => LevelEvery == 0 ? 0 : (LevelHorizon + LevelEvery - 1) / LevelEvery;

    /// <summary>Pairs of sine and cosine; 0 for none.</summary>
    public int FourierOrder { get; init; }

    public double FourierPeriodDays { get; init; } = 365.25;

    public Prior FourierPrior { get; init; } = new(PriorKind.Normal, 0, 0.2);

    /// <summary>Column with the name of a holiday, or nothing, for each period; null for none.</summary>
    public string? HolidayColumn { get; init; }

    public IReadOnlyList<string> Holidays { get; init; } = [];

    public Prior HolidayPrior { get; init; } = new(PriorKind.Normal, 0, 0.5);

    /// <summary>Prior of the noise's standard deviation, in scaled units.</summary>
    public Prior Noise { get; init; } = new(PriorKind.HalfNormal, 1);

    /// <summary>
    /// Standard deviations of coefficients count in units of the noise, as in a conjugate normal-inverse-gamma model. It makes noise and
    /// intervals too small when there are many coefficients; only for comparison with models that do so.
    /// </summary>
    public bool CoefficientsInNoiseUnits { get; init; }

    /// <summary>
    /// Periods after which an observation counts half, so that effects follow what is so now; null where all count alike. Experiments are not
    /// forgotten.
    /// </summary>
    public double? HalfLife { get; init; }

    /// <summary>Regions below the whole; null for none.</summary>
    public RegionSpec? Regions { get; init; }

    public IReadOnlyList<LiftTest> LiftTests { get; init; } = [];

    public int Particles { get; init; } = 1_000;

    public ulong Seed { get; init; } = 1;

    /// <summary>Periods at the start that are learned but not scored.</summary>
    public int WarmUp { get; init; } = 12;

    /// <summary>What the outcome is worth per unit, for ROI and break-even; 1 where the outcome is revenue.</summary>
    public double RevenuePerUnit { get; init; } = 1;
}

public enum Impact
{
    Auto,
    Positive,
    Negative,
}

/// <summary>A factor that is not media. It enters as (value - center) / scale.</summary>
public sealed record ControlSpec(string Name, string Column, Impact Impact, double Center, double Scale, Prior Prior);
