using System.Runtime.CompilerServices;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Learn;

// FTRL-Proximal with per-coordinate rates: McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, algorithm 1.
// The letters are the paper's: z is the sum of gradients shifted by the proximal terms, n the sum of squared gradients.
internal readonly struct FtrlRates
{
    public FtrlRates(LearnerOptions options)
    {
        InverseAlpha = 1 / options.Alpha;
        Beta = options.Beta;
        L1 = options.L1;
        L2 = options.L2;
    }

    public double InverseAlpha { get; }

    public double Beta { get; }

    public double L1 { get; }

    public double L2 { get; }

    /// <summary>The weight that z and √n stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Weight(double z, double rootN)
    {
        double shrunk = Math.Abs(z) - L1;
        return shrunk <= 0 ? 0 : -Math.CopySign(shrunk, z) / (((Beta + rootN) * InverseAlpha) + L2);
    }
}

/// <summary>One weight with its own learning rate.</summary>
internal struct FtrlCoordinate
{
    public double Z;
    public double N;

    public readonly double Weight(in FtrlRates rates) => rates.Weight(Z, Math.Sqrt(N));

    public void Learn(double gradient, in FtrlRates rates)
    {
        double root = Math.Sqrt(N);
        double weight = rates.Weight(Z, root);
        N += gradient * gradient;
        double sigma = (Math.Sqrt(N) - root) * rates.InverseAlpha;
        Z += gradient - (sigma * weight);
    }
}
