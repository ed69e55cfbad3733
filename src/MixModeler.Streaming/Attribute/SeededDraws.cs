using System.Numerics;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Random numbers that a seed determines: xoshiro256** (Blackman and Vigna), seeded by SplitMix64. The same seed gives the same
/// intervals and the same samples, whatever ran before.
/// </summary>
internal struct SeededDraws
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    public SeededDraws(ulong seed)
    {
        ulong state = seed;
        s0 = Step(ref state);
        s1 = Step(ref state);
        s2 = Step(ref state);
        s3 = Step(ref state);
    }

    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        ulong shifted = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    public int Below(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>Uniform in (0, 1): never 0, so that its logarithm is finite.</summary>
    public double Unit() => ((Next() >> 11) + 0.5) * (1.0 / (1UL << 53));

    /// <summary>Standard normal by Marsaglia's polar method.</summary>
    public double Normal()
    {
        while (true)
        {
            double u = (2 * Unit()) - 1;
            double v = (2 * Unit()) - 1;
            double square = (u * u) + (v * v);
            if (square is > 0 and < 1)
            {
                return u * Math.Sqrt(-2 * Math.Log(square) / square);
            }
        }
    }

    /// <summary>Gamma of this shape and scale 1 (Marsaglia and Tsang, ACM TOMS 26, 2000); 0 where the shape is 0.</summary>
    public double Gamma(double shape)
    {
        if (shape <= 0)
        {
            return 0;
        }

        if (shape < 1)
        {
            return Gamma(shape + 1) * Math.Pow(Unit(), 1 / shape);
        }

        double d = shape - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal();
            double v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (Math.Log(Unit()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    private static ulong Step(ref ulong state)
    {
        state += 0x9e3779b97f4a7c15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
