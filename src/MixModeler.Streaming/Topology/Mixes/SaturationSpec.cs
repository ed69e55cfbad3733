namespace MixModeler.Streaming.Topology.Mixes;

public enum SaturationCurve
{
    None,
    Logistic,
    InverseLogistic,
    Hill,
    MichaelisMenten,
    Tanh,
    Power,
}

/// <summary>How a channel's returns diminish, and what is believed about the curve's numbers, in scaled media.</summary>
public sealed record SaturationSpec(SaturationCurve Curve, IReadOnlyList<ParameterSpec> Parameters)
{
    public static SaturationSpec None { get; } = new(SaturationCurve.None, []);

    public static IReadOnlyList<ParameterSpec> Defaults(SaturationCurve curve) => curve switch
    {
        SaturationCurve.Logistic => [new("lam", new Prior(PriorKind.Gamma, 3, 1))],
        SaturationCurve.InverseLogistic or SaturationCurve.MichaelisMenten => [new("half", new Prior(PriorKind.Gamma, 3, 4))],
        SaturationCurve.Hill => [new("slope", new Prior(PriorKind.Gamma, 3, 2)), new("half", new Prior(PriorKind.Gamma, 3, 4))],
        SaturationCurve.Tanh => [new("reach", new Prior(PriorKind.Gamma, 3, 4))],
        SaturationCurve.Power => [new("exponent", new Prior(PriorKind.Beta, 3, 3))],
        _ => [],
    };

    /// <summary>A parameter in the media's own units, where it is one of media or of their inverse.</summary>
    public static double InMediaUnits(string parameter, double value, double scale) => parameter switch
    {
        "lam" => value / scale,
        "half" or "reach" => value * scale,
        _ => value,
    };
}
