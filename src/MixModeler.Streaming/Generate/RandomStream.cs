using System.Numerics;

namespace MixModeler.Streaming.Generate;

/// <summary>
/// xoshiro256** 1.0 (Blackman and Vigna, public domain), seeded by SplitMix64 from a seed and two coordinates, so that every
/// visitor and every event has a stream of its own and the order of computation does not matter. Only integer arithmetic and
/// the four IEEE operations are used, no libm: the same seed gives the same numbers on every machine.
/// </summary>
internal struct RandomStream
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    public RandomStream(ulong seed, ulong first, ulong second)
    {
        ulong state = Mix(Mix(Mix(seed) ^ first) ^ second);
        s0 = state;
        s1 = Mix(s0);
        s2 = Mix(s1);
        s3 = Mix(s2);
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

    /// <summary>Uniform over 0 … limit - 1; the bias of the multiplication is below 2⁻³² · limit.</summary>
    public int Below(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>Uniform over 0 … limit - 1, for limits beyond an int.</summary>
    public long Below(long limit) => (long)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Exponentially distributed with this mean.</summary>
    public double Exponential(double mean) => -mean * PortableMath.Ln(1 - Unit());

    /// <summary>Poisson by inversion; meant for the small means of this generator. O(mean).</summary>
    public int Poisson(double mean)
    {
        // A double cannot tell the tail beyond this from zero, and the sum below might stay an ulp under 1.
        const int CountMax = 64;
        double u = Unit();
        double probability = PortableMath.ExpOfMinus(mean);
        double sum = probability;
        int count = 0;
        while (u >= sum && count < CountMax)
        {
            count++;
            probability *= mean / count;
            sum += probability;
        }

        return count;
    }

    // One step of SplitMix64: the golden-ratio increment, then the finalizer.
    private static ulong Mix(ulong value)
    {
        ulong z = value + 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
