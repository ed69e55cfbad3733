using System.Diagnostics;
using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench attribution`: how fast journeys are counted (beside a loop written by hand for 12 channels), how long the exact solve of 12 channels takes,
/// whether what has to hold holds (the package's example, conversions / journeys, coverage of intervals), and how near the credit of
/// each method comes to what channels really caused in simulated journeys.
/// </summary>
internal sealed class AttributionBench : IBench
{
    private const int Channels = 12;

    public string Name => "attribution";

    public string Summary => "counts of journeys, exact solves, coverage of intervals, and credit beside what simulated channels really caused";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        List<BenchRow> rows = [];
        int[][] paths = Paths(settings.Quick ? 20_000 : 200_000);
        settings.Say($"{paths.Length} journeys of {paths.Average(path => path.Length):F1} touches");
        AddCounts(rows, paths, settings.Quick ? 3 : 7);
        AddSolves(rows, paths);
        AddAttributor(rows, settings);
        rows.AddRange(await AttributionRun.RowsAsync(settings.Quick ? 1_000 : 10_000, stop));
        AddIdentities(rows, paths);
        settings.Say("coverage of 90 % intervals");
        rows.Add(new("share of 90 % Markov intervals that hold the truth", Coverage(settings.Quick ? 40 : 200), "share", "asked for", 0.9));
        settings.Say("simulated journeys with known causes");
        rows.AddRange(SimulatedCredit.Rows(settings.Quick ? 4_000 : 60_000, settings.Say));
        return rows;
    }

    private static void AddCounts(List<BenchRow> rows, int[][] paths, int rounds)
    {
        double sum = 0;
        for (int order = 1; order <= MarkovCounts.OrderMax; order += 3)
        {
            MarkovCounts counts = new(order);
            PlainCounts plain = new();
            (Rate ours, Rate peer) = Measure.ByTurns(
                rounds, paths.Length, () => sum += Count(counts, paths), () => sum += plain.Count(paths));
            rows.Add(new($"journeys/s counted, Markov order {order}", ours.PerSecond, "journeys/s", "a dense loop for order 1", peer.PerSecond));
            rows.Add(new($"journeys counted, Markov order {order}, allocated", ours.BytesPerOperation, "B/journey"));
        }

        EqualSplitShapley split = new();
        ChannelSetCounts sets = new();
        (Rate shapley, Rate rate) = Measure.ByTurns(
            rounds, paths.Length,
            () => Array.ForEach(paths, path => split.Add(path, path.Length & 1, 0)),
            () => Array.ForEach(paths, path => sets.Add(path, path.Length & 1, 0, 1)));
        rows.Add(new("journeys/s counted, Shapley equal split", shapley.PerSecond, "journeys/s", "sets for Shapley of the rate", rate.PerSecond));
        if (double.IsNaN(sum))
        {
            throw new InvalidOperationException("counts are no numbers");
        }
    }

    private static double Count(MarkovCounts counts, int[][] paths)
    {
        foreach (int[] path in paths)
        {
            counts.Add(path, path.Length & 1, 0, 1);
        }

        return counts.States;
    }

    private static void AddSolves(List<BenchRow> rows, int[][] paths)
    {
        MarkovSolver solver = new();
        for (int order = 1; order <= MarkovCounts.OrderMax; order++)
        {
            MarkovCounts counts = new(order);
            Count(counts, paths);
            MarkovCredit credit = solver.Solve(counts, Channels);
            int times = order == 1 ? 2_000 : 3;
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            double[] took = new double[times];
            for (int i = 0; i < times; i++)
            {
                long start = Stopwatch.GetTimestamp();
                credit = solver.Solve(counts, Channels);
                took[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            Array.Sort(took);
            double allocated = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)times;
            string? peer = order == 1 ? "target" : null;
            double? target = order == 1 ? 1 : null;
            rows.Add(new($"exact solve of 12 channels, order {order}, {counts.States} states", took[times / 2], "ms", peer, target));
            rows.Add(new($"exact solve, order {order}, allocated", allocated, "B"));
            if (order > 1)
            {
                rows.Add(new($"bound of the error of removal effects, order {order}", credit.ErrorMax / 1e-15, "1e-15"));
            }
        }
    }

    private static void AddAttributor(List<BenchRow> rows, BenchSettings settings)
    {
        SeededDraws random = new(5);
        int visitors = settings.Quick ? 2_000 : 20_000;
        string[] ids = [.. Enumerable.Range(0, visitors).Select(v => $"visitor-{v}")];
        (int Visitor, string Id, long TimeMs, int Channel)[] events =
        [
            .. Enumerable.Range(0, visitors * 10).Select(i => (random.Below(visitors), $"event-{i}",
                (20_000 * TouchEffects.DayMs) + (i * 6_000L) - random.Below(86_400_000), random.Below(12) == 0 ? -1 : random.Below(Channels))),
        ];
        double[] effects = [.. Enumerable.Range(0, Channels * 8).Select(i => 0.8 - (0.1 * (i % 8)))];
        PathAttributor attributor = new(new AttributorOptions(), new TouchEffects(effects, 8, 1));
        long start = Stopwatch.GetTimestamp();
        long changes = 0;
        foreach ((int visitor, string id, long timeMs, int channel) in events)
        {
            if (channel < 0)
            {
                attributor.Conversion(ids[visitor], id, timeMs, 10);
            }
            else
            {
                attributor.Touch(ids[visitor], id, timeMs, channel);
            }

            changes += attributor.Changes.Count;
            attributor.ClearChanges();
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        rows.Add(new("events/s through an attributor, up to a day out of order", events.Length / seconds, "events/s"));
        rows.Add(new("scores given and taken back, per event", (double)changes / events.Length, "changes"));
    }

    private static void AddIdentities(List<BenchRow> rows, int[][] paths)
    {
        MarkovCounts example = new(1);
        example.Add([0, 1, 0, 1, 1, 0], 1, 0, 0);
        example.Add([0, 1, 1, 0, 0], 1, 0, 0);
        example.Add([0, 0], 1, 0, 0);
        MarkovCredit toy = new MarkovSolver().Solve(example, 2);
        rows.Add(new("ChannelAttribution's example, A", toy.Conversions[0], "conversions", "by hand (its simulator: 2.0995)", 2));
        rows.Add(new("ChannelAttribution's example, B", toy.Conversions[1], "conversions", "by hand (its simulator: 0.9005)", 1));
        double worst = 0;
        for (int order = 1; order <= MarkovCounts.OrderMax; order++)
        {
            MarkovCounts counts = new(order);
            Count(counts, paths);
            MarkovCredit credit = new MarkovSolver().Solve(counts, Channels);
            worst = Math.Max(worst, Math.Abs(credit.ConversionRate - (counts.Conversions / (counts.Conversions + counts.Nulls))));
        }

        rows.Add(new("rate of the start minus conversions / journeys, worst of four orders", worst / 1e-15, "1e-15"));
    }

    // A chain of three channels that is known, 400 journeys a set.
    private static double Coverage(int sets)
    {
        double[] truth = KnownChain.Shares(KnownChain.Draw(new SeededDraws(1), 3_000_000));
        int held = 0;
        for (int set = 0; set < sets; set++)
        {
            MarkovCounts counts = KnownChain.Draw(new SeededDraws(100 + (ulong)set), 400);
            (CreditInterval[] intervals, _) = MarkovIntervals.Of(counts, 3, (ulong)set);
            held += Enumerable.Range(0, 3).Count(channel =>
                intervals[channel].Low <= truth[channel] * counts.Conversions && truth[channel] * counts.Conversions <= intervals[channel].High);
        }

        return held / (3.0 * sets);
    }

    private static int[][] Paths(int count)
    {
        SeededDraws random = new(42);
        int[][] paths = new int[count][];
        for (int i = 0; i < count; i++)
        {
            int length = 1;
            while (length < 30 && random.Below(4) > 0)
            {
                length++;
            }

            int[] path = new int[length];
            for (int t = 0; t < length; t++)
            {
                // Small ids are common, as channels are.
                path[t] = Math.Min(random.Below(Channels), random.Below(Channels));
            }

            paths[i] = path;
        }

        return paths;
    }

    /// <summary>The same by hand for one order and a number of channels that is known: a dense matrix, no states, no taking back.</summary>
    private sealed class PlainCounts
    {
        private readonly double[] steps = new double[(Channels + 1) * (Channels + 1)];
        private readonly double[] converted = new double[Channels + 1];
        private readonly double[] ended = new double[Channels + 1];

        public double Count(int[][] paths)
        {
            foreach (int[] path in paths)
            {
                double conversions = path.Length & 1;
                int from = 0;
                foreach (int channel in path)
                {
                    int state = channel + 1;
                    if (state != from)
                    {
                        steps[(from * (Channels + 1)) + state] += conversions + 1;
                        from = state;
                    }
                }

                converted[from] += conversions;
                ended[from]++;
            }

            return steps[1];
        }
    }
}
