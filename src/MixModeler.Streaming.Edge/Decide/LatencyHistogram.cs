using System.Numerics;

namespace MixModeler.Streaming.Edge.Decide;

// Milliseconds in buckets of at most 1/16 relative width: 0 to 31 exactly, then sixteen to each doubling. One writer;
// readers see counts that are at most a moment old.
internal sealed class LatencyHistogram
{
    private const int Sub = 16;
    private const int SubBits = 4;

    private readonly long[] counts = new long[(64 - SubBits) * Sub];

    public long Count { get; private set; }

    public void Record(long ms)
    {
        ms = Math.Max(0, ms);
        counts[BucketOf(ms)]++;
        Count++;
    }

    // The upper end of the bucket that holds the given share of what was recorded; null where nothing was.
    public long? Percentile(double share)
    {
        long total = counts.Sum();
        if (total == 0)
        {
            return null;
        }

        long wanted = Math.Max(1, (long)Math.Ceiling(share * total));
        int bucket = 0;
        for (long seen = counts[0]; seen < wanted && bucket < counts.Length - 1; seen += counts[bucket])
        {
            bucket++;
        }

        return UpperEnd(bucket);
    }

    private static int BucketOf(long ms)
    {
        if (ms < Sub)
        {
            return (int)ms;
        }

        int exponent = BitOperations.Log2((ulong)ms);
        return (exponent - SubBits + 1) * Sub + (int)((ms >> (exponent - SubBits)) & (Sub - 1));
    }

    private static long UpperEnd(int bucket)
    {
        if (bucket < Sub)
        {
            return bucket;
        }

        int shift = bucket / Sub - 1;
        return ((long)(Sub + bucket % Sub + 1) << shift) - 1;
    }
}
