using System.Diagnostics;
using System.Numerics;

namespace MixModeler.Streaming.Observe;

/// <summary>
/// How long something took lately: one thread counts, any thread reads, and a reader may miss what is being counted. A count is
/// an addition; older times are forgotten by halves, so that the percentile is that of now and not of the start.
/// </summary>
internal sealed class TimeHistogram
{
    // Four buckets for each power of two of ticks: a percentile to within a fifth.
    private const int BucketBits = 2;

    // A stream of 10,000 a second forgets half of what was within seven seconds.
    private const long CountedMax = 1 << 16;

    private readonly long[] buckets = new long[64 << BucketBits];
    private long counted;

    /// <param name="ticks">Of <see cref="Stopwatch"/>.</param>
    /// <param name="times">How often it took that long.</param>
    public void Took(long ticks, int times = 1)
    {
        buckets[BucketOf(Math.Max(1, ticks))] += times;
        counted += times;
        if (counted >= CountedMax)
        {
            Forget();
        }
    }

    /// <summary>The 99th percentile, µs; 0 before anything was counted.</summary>
    public double P99Micros() => Micros(0.99);

    public double MedianMicros() => Micros(0.5);

    private double Micros(double share)
    {
        long[] now = [.. buckets];
        long all = now.Sum();
        long wanted = Math.Max(1, (long)Math.Ceiling(all * share));
        long below = 0;
        for (int bucket = 0; bucket < now.Length && all > 0; bucket++)
        {
            below += now[bucket];
            if (below >= wanted)
            {
                double ticks = Math.ScaleB(1 + ((bucket & 3) + 1) / 4.0, bucket >> BucketBits);
                return ticks * 1e6 / Stopwatch.Frequency;
            }
        }

        return 0;
    }

    private void Forget()
    {
        counted = 0;
        for (int bucket = 0; bucket < buckets.Length; bucket++)
        {
            buckets[bucket] >>= 1;
            counted += buckets[bucket];
        }
    }

    private static int BucketOf(long ticks)
    {
        int power = BitOperations.Log2((ulong)ticks);
        int quarter = power < BucketBits ? 0 : (int)(ticks >> (power - BucketBits)) & 3;
        return power << BucketBits | quarter;
    }
}
