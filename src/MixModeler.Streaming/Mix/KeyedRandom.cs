using System.Runtime.CompilerServices;

using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// Random numbers that are a function of what they are for: seed, period, purpose and particle. Whoever replays a period draws
/// the same numbers, in whatever order the particles come. SplitMix64 (Steele, Lea and Flood 2014) over a hash of the key.
/// </summary>
internal struct KeyedRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state;

    public KeyedRandom(ulong seed, long period, int purpose, int index)
    {
        ulong key = Mix(seed + Golden);
        key = Mix(key ^ ((ulong)period * 0xD1342543DE82EF95 + Golden));
        key = Mix(key ^ ((ulong)(uint)purpose * 0xA0761D6478BD642F + Golden));
        state = Mix(key ^ ((ulong)(uint)index * 0xE7037ED1A0B428DB + Golden));
    }

    /// <summary>Above 0 and below 1.</summary>
    public double Uniform() => ((Next() >> 11) + 0.5) * (1.0 / (1UL << 53));

    public double Normal() => NormalCurve.Quantile(Uniform());

    /// <summary>Shape above 0, rate 1. Marsaglia and Tsang 2000.</summary>
    public double Gamma(double shape)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1) * Math.Pow(Uniform(), 1 / shape);
        }

        double d = shape - 1.0 / 3;
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal();
            double v = 1 + c * x;
            v = v * v * v;
            if (v > 0 && Math.Log(Uniform()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
            {
                return d * v;
            }
        }
    }

    private ulong Next()
    {
        state += Golden;
        return Mix(state);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
