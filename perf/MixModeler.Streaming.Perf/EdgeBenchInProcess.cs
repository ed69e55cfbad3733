using System.Diagnostics;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Perf;

// Decisions of random visitors in this process, timed in batches: one stamp costs as much as a tenth of a decision.
internal static class EdgeBenchInProcess
{
    private const int BatchDecisions = 64;

    public static IReadOnlyList<BenchRow> Run(bool quick)
    {
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        EdgeState state = State(nowMs);
        DecisionLog log = new(1_024);
        Decider decider = new(state, log);
        byte[][] visitors = [.. Enumerable.Range(0, EdgeBenchSample.Visitors).Select(EdgeBenchSample.Visitor)];
        byte[] taken = new byte[Decider.VisitorBytesMax];
        int batches = quick ? 5_000 : 100_000;
        Random random = new(1);
        double[] nanoseconds = new double[batches];
        byte[][] batch = new byte[BatchDecisions][];
        long allocated = 0;
        for (int i = -batches / 4; i < batches; i++)
        {
            for (int j = 0; j < BatchDecisions; j++)
            {
                batch[j] = visitors[random.Next(visitors.Length)];
            }

            long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            long began = Stopwatch.GetTimestamp();
            foreach (byte[] visitor in batch)
            {
                decider.Decide("home-hero"u8, visitor, default, nowMs, out _);
            }

            double each = Stopwatch.GetElapsedTime(began).TotalNanoseconds / BatchDecisions;
            if (i >= 0)
            {
                nanoseconds[i] = each;
                allocated += GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
            }

            while (log.TryTake(out _, taken, out _, out _, out _))
            {
            }
        }

        Array.Sort(nanoseconds);
        return
        [
            new BenchRow("decision in process, median", nanoseconds[batches / 2], "ns", "target", 1_000),
            new BenchRow("decision in process, p99 of batches of 64", nanoseconds[batches * 99 / 100], "ns"),
            new BenchRow("decision in process, allocated", (double)allocated / ((long)batches * BatchDecisions), "B"),
            new BenchRow("of it, keeping the decision for the hub", LogNanoseconds(log, taken, batches), "ns", "target", 100),
        ];
    }

    private static double LogNanoseconds(DecisionLog log, byte[] taken, int batches)
    {
        Decision decision = new(DecisionPlan.Compile(EdgeBenchSample.Plan()).Unknown(0), 0.5, 1, true, 5);
        byte[] visitor = EdgeBenchSample.Visitor(1);
        double[] nanoseconds = new double[batches];
        for (int i = 0; i < batches; i++)
        {
            long began = Stopwatch.GetTimestamp();
            for (int j = 0; j < BatchDecisions; j++)
            {
                log.Add(in decision, visitor, j);
            }

            nanoseconds[i] = Stopwatch.GetElapsedTime(began).TotalNanoseconds / BatchDecisions;
            while (log.TryTake(out _, taken, out _, out _, out _))
            {
            }
        }

        Array.Sort(nanoseconds);
        return nanoseconds[batches / 2];
    }

    private static EdgeState State(long nowMs)
    {
        DecisionPlan plan = DecisionPlan.Compile(EdgeBenchSample.Plan());
        if (!ModelCheck.TryLoad(EdgeBenchSample.Model(plan.Schema), plan.Schema, out LinearModel? model, out string? problem))
        {
            throw new InvalidOperationException(problem);
        }

        ProfileTable profiles = new(plan.Schema.RowWords, EdgeBenchSample.Visitors);
        Random random = new(2);
        for (int i = 0; i < EdgeBenchSample.Visitors; i++)
        {
            RowHeader header = new(Hash128.Of(EdgeBenchSample.Visitor(i)), 0, i, nowMs, nowMs, 0, 0);
            profiles.Apply(in header, EdgeBenchSample.Row(random, plan.Schema, nowMs));
        }

        EdgeState state = new();
        state.Publish(new EdgeImage(plan, model, profiles, isReady: true));
        return state;
    }
}
