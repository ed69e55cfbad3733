namespace MixModeler.Streaming.Attribute;

/// <summary>How well states of one order foretell the next step of a journey that they have not seen.</summary>
/// <param name="Order">Touches that a state remembers.</param>
/// <param name="NatsPerStep">Mean log probability of a step; nearer to 0 is better.</param>
/// <param name="StandardError">Of its difference to the best order.</param>
public readonly record struct OrderQuality(int Order, double NatsPerStep, double StandardError);

/// <summary>
/// Chooses the order of a Markov model by prediction. A step is a touch, a conversion or a null; each is foretold from the last k
/// touches by counts of all other steps (itself taken out), falling back on the last k - 1, down to all channels alike:
/// p_k(j) = (n_cj - 1 + p_{k-1}(j)) / (n_c - 1 + 1). The sum of log p_k needs only the counts, so it is kept by adding and taking back,
/// and does not depend on the order of arrival.
/// </summary>
/// <remarks>All orders are asked about the same steps: runs of one channel are one touch here if they are to be one in the model.</remarks>
public sealed class StepScore(bool collapse = true)
{
    private const int StepBits = 16;
    private const uint Converted = 0;
    private const uint Ended = 0xFFFF;

    private readonly Level[] levels = [.. Enumerable.Range(0, MarkovCounts.OrderMax + 1).Select(_ => new Level())];
    private readonly KeyTable symbols = new();

    public void Add(ReadOnlySpan<int> path, double conversions, double nulls) => Apply(path, conversions, nulls);

    /// <summary>Takes back what <see cref="Add"/> added.</summary>
    public void Remove(ReadOnlySpan<int> path, double conversions, double nulls) => Apply(path, -conversions, -nulls);

    /// <summary>The quality of orders 1 to 4.</summary>
    public OrderQuality[] Qualities()
    {
        double[] sums = new double[MarkovCounts.OrderMax + 1];
        double[] steps = new double[MarkovCounts.OrderMax + 1];
        Level deepest = levels[^1];
        List<(double Count, double[] Logs)> cells = [];
        for (int cell = 0; cell < deepest.Cells.Count; cell++)
        {
            double count = deepest.Counts[cell];
            if (count <= 0)
            {
                continue;
            }

            double[] logs = Logs(deepest.Contexts[(int)(deepest.Cells[cell] >> 32)], (uint)deepest.Cells[cell]);
            cells.Add((count, logs));
            for (int order = 1; order <= MarkovCounts.OrderMax; order++)
            {
                sums[order] += count * logs[order];
                steps[order] += count;
            }
        }

        int best = 1;
        for (int order = 2; order <= MarkovCounts.OrderMax; order++)
        {
            best = sums[order] > sums[best] ? order : best;
        }

        double all = steps[1];
        return
        [
            .. Enumerable.Range(1, MarkovCounts.OrderMax).Select(order =>
            {
                double mean = all > 0 ? (sums[best] - sums[order]) / all : 0;
                double square = cells.Sum(cell => cell.Count * Math.Pow(cell.Logs[best] - cell.Logs[order] - mean, 2));
                return new OrderQuality(order, all > 0 ? sums[order] / all : 0, all > 1 ? Math.Sqrt(square) / all : 0);
            }),
        ];
    }

    /// <summary>The lowest order that is no worse than the best one by more than one standard error.</summary>
    public int Choose()
    {
        OrderQuality[] all = Qualities();
        double best = all.Max(quality => quality.NatsPerStep);
        return all.First(quality => quality.NatsPerStep >= best - quality.StandardError).Order;
    }

    private void Apply(ReadOnlySpan<int> path, double conversions, double nulls)
    {
        ulong gram = 0;
        int before = -1;
        foreach (int channel in path)
        {
            if (collapse && channel == before)
            {
                continue;
            }

            Count(gram, (uint)(channel + 1), conversions + nulls);
            gram = (gram << StepBits) | (uint)(channel + 1);
            before = channel;
        }

        Count(gram, Converted, conversions);
        Count(gram, Ended, nulls);
    }

    private void Count(ulong gram, uint symbol, double weight)
    {
        if (weight == 0)
        {
            return;
        }

        symbols.Intern(symbol);
        for (int order = 0; order < levels.Length; order++)
        {
            levels[order].Count(Last(gram, order), symbol, weight);
        }
    }

    // Of each order; place 0 is the order that knows no touch.
    private double[] Logs(ulong gram, uint symbol)
    {
        double[] logs = new double[levels.Length];
        double chance = 1.0 / symbols.Count;
        for (int order = 0; order < levels.Length; order++)
        {
            (double cell, double context) = levels[order].Counted(Last(gram, order), symbol);
            chance = (Math.Max(0, cell - 1) + chance) / (Math.Max(0, context - 1) + 1);
            logs[order] = Math.Log(chance);
        }

        return logs;
    }

    private static ulong Last(ulong gram, int touches) => touches == MarkovCounts.OrderMax ? gram : gram & ((1UL << (StepBits * touches)) - 1);

    private sealed class Level
    {
        private double[] contextCounts = new double[16];

        public KeyTable Contexts { get; } = new();

        public KeyTable Cells { get; } = new();

        public double[] Counts { get; private set; } = new double[16];

        public void Count(ulong context, uint symbol, double weight)
        {
            int at = Contexts.Intern(context);
            if (at == contextCounts.Length)
            {
                Array.Resize(ref contextCounts, at * 2);
            }

            int cell = Cells.Intern(((ulong)(uint)at << 32) | symbol);
            if (cell == Counts.Length)
            {
                double[] grown = Counts;
                Array.Resize(ref grown, cell * 2);
                Counts = grown;
            }

            contextCounts[at] += weight;
            Counts[cell] += weight;
        }

        public (double Cell, double Context) Counted(ulong context, uint symbol)
        {
            int at = Contexts.Find(context);
            return (Counts[Cells.Find(((ulong)(uint)at << 32) | symbol)], contextCounts[at]);
        }
    }
}
