using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Featurize;

// Hot path, once per event. Budget: 0 B. Measured by FeaturizerBench.

/// <summary>
/// Brings a visitor's row up to date with one event. The topology's matches are compiled to a list of steps per symbol, so
/// an event runs exactly the steps that concern it. The row's layout is <see cref="FeatureSchema"/>'s.
/// </summary>
internal sealed class Featurizer
{
    private readonly Step[][][] steps;       // [symbol path][symbol] → steps
    private readonly Decay[] decays;
    private readonly int labelSymbol;

    private readonly record struct Step(FeatureKind Kind, int Word, int Amount, double HalfLifeMs);

    private readonly record struct Decay(int Word, double HalfLifeMs);

    public Featurizer(TopologyPlan topology)
    {
        string[] paths = EventSymbols.PathsOf(topology);
        string[] amounts = EventSymbols.AmountPathsOf(topology);
        steps = new Step[paths.Length][][];
        for (int p = 0; p < paths.Length; p++)
        {
            Utf8Symbols symbols = EventSymbols.Of(topology, paths[p]);
            List<Step>[] bySymbol = [.. Enumerable.Range(0, symbols.Count).Select(_ => new List<Step>())];
            for (int f = 0; f < topology.Matches.Length; f++)
            {
                FeatureMatch match = topology.Matches[f];
                if (match.Path == paths[p])
                {
                    Feature feature = topology.Schema.Features[f];
                    int amount = match.AmountPath is null ? -1 : Array.IndexOf(amounts, match.AmountPath);
                    int symbol = symbols.Find(System.Text.Encoding.UTF8.GetBytes(match.Value));
                    bySymbol[symbol].Add(new Step(feature.Kind, 1 + f, amount, feature.HalfLifeMs));
                }
            }

            steps[p] = [.. bySymbol.Select(s => s.ToArray())];
        }

        decays = [.. topology.Schema.Features
            .Select((feature, f) => (feature, f))
            .Where(x => x.feature.Kind == FeatureKind.DecayedSum)
            .Select(x => new Decay(1 + x.f, x.feature.HalfLifeMs))];
        labelSymbol = topology.Model is null
            ? -1
            : EventSymbols.Of(topology, EventSymbols.EventType).Find(System.Text.Encoding.UTF8.GetBytes(topology.Model.LabelEvent));
    }

    /// <summary>Is this event the one the model learns to foresee?</summary>
    public bool IsLabel(ReadOnlySpan<int> symbols) => symbols[0] == labelSymbol;

    public void Apply(Span<long> row, long timeMs, ReadOnlySpan<int> symbols, ReadOnlySpan<double> amounts)
    {
        if (timeMs > row[0])
        {
            MoveTo(row, timeMs);
        }

        for (int p = 0; p < symbols.Length; p++)
        {
            foreach (ref readonly Step step in steps[p][symbols[p]].AsSpan())
            {
                ref long word = ref row[step.Word];
                switch (step.Kind)
                {
                    case FeatureKind.Count:
                        word++;
                        break;
                    case FeatureKind.MinutesSince:
                        word = Math.Max(word, timeMs);
                        break;
                    default:
                        AddDecayed(ref word, row[0] - timeMs, step.Amount < 0 ? 1 : amounts[step.Amount], step.HalfLifeMs);
                        break;
                }
            }
        }
    }

    // Decayed sums stand as of word 0, the newest event; they all move when it does.
    private void MoveTo(Span<long> row, long timeMs)
    {
        foreach (ref readonly Decay decay in decays.AsSpan())
        {
            long word = row[decay.Word];
            if (word != 0)
            {
                double sum = BitConverter.Int64BitsToDouble(word);
                row[decay.Word] = BitConverter.DoubleToInt64Bits(sum * double.Exp2((row[0] - timeMs) / decay.HalfLifeMs));
            }
        }

        row[0] = timeMs;
    }

    // A late event's amount arrives already aged.
    private static void AddDecayed(ref long word, long ageMs, double amount, double halfLifeMs)
    {
        double aged = ageMs == 0 ? amount : amount * double.Exp2(-ageMs / halfLifeMs);
        word = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(word) + aged);
    }
}
