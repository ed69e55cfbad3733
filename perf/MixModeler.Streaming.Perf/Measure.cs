using System.Diagnostics;

namespace MixModeler.Streaming.Perf;

/// <summary>Times two ways of doing the same work by turns, so that both meet the same noise, and counts what they allocate.</summary>
internal static class Measure
{
    /// <summary>Medians over the rounds: operations per second and bytes allocated per operation, ours and the peer's.</summary>
    /// <param name="rounds">Measured rounds; one more of each comes first, to warm up.</param>
    /// <param name="operations">What one call of either does.</param>
    /// <param name="ours">Runs our way once.</param>
    /// <param name="peer">Runs the peer's way once.</param>
    public static (Rate Ours, Rate Peer) ByTurns(int rounds, long operations, Action ours, Action peer)
    {
        List<Rate> oursSeen = [];
        List<Rate> peerSeen = [];
        for (int round = -2; round < rounds; round++)
        {
            Rate first = Once(operations, ours);
            Rate second = Once(operations, peer);
            if (round >= 0)
            {
                oursSeen.Add(first);
                peerSeen.Add(second);
            }
        }

        return (Median(oursSeen), Median(peerSeen));
    }

    private static Rate Once(long operations, Action run)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        run();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Rate(operations / seconds, (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / operations);
    }

    private static Rate Median(List<Rate> rates) =>
        new(Middle(rates.Select(r => r.PerSecond)), Middle(rates.Select(r => r.BytesPerOperation)));

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}

/// <summary>How fast, and at what cost in garbage.</summary>
internal readonly record struct Rate(double PerSecond, double BytesPerOperation);
