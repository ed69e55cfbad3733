namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>Families of priors.</summary>
public enum PriorKind
{
    /// <summary>It is known: A.</summary>
    Fixed,

    /// <summary>Uniform from A to B.</summary>
    Uniform,

    /// <summary>Beta with shapes A and B, from 0 to 1.</summary>
    Beta,

    /// <summary>Gamma with shape A and rate B.</summary>
    Gamma,

    /// <summary>Normal with mean A and standard deviation B.</summary>
    Normal,

    /// <summary>The positive half of a normal with mean 0 and standard deviation A.</summary>
    HalfNormal,

    /// <summary>e to the power of a normal with mean A and standard deviation B.</summary>
    LogNormal,

    /// <summary>The square is inverse-gamma with shape A and scale B: conjugate to the noise.</summary>
    InverseGamma,
}

/// <summary>What is believed about a number before the data: a distribution and its numbers.</summary>
public readonly record struct Prior(PriorKind Kind, double A, double B = 0)
{
    /// <summary>A particle has no coordinate for what is known.</summary>
    public bool IsFixed => Kind == PriorKind.Fixed;
}
