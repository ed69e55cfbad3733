using MixModeler.Streaming.Featurize;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench featurizer`: 2 million touches of 100,000 visitors (zipf) in memory, per visitor a count per channel, a decayed sum and
/// the last time seen, a row out for every touch. Our compiled topology beside an open-addressing loop of the same content.
/// Akka.NET Streams reached 0.15 of such a loop.
/// </summary>
internal sealed class FeaturizerBench : IBench
{
    private const int Channels = 8;
    private const double HalfLifeMs = 7 * 86_400_000.0;

    public string Name => "featurizer";

    public string Summary => "counts per channel, decayed sum, last seen for 100,000 visitors, beside an open-addressing loop";

    private readonly record struct Touch(Hash128 Visitor, long TimeMs, int Channel, double Amount);

    public Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        Touch[] touches = Touches(settings.Quick ? 200_000 : 2_000_000, visitors: 100_000);
        long[] rows = new long[Channels + 3];
        double[] row = new double[Channels + 2];
        TopologyFlow flow = new();
        OpenAddressingLoop loop = new(visitors: 100_000);
        double oursSum = 0;
        double peerSum = 0;
        (Rate ours, Rate peer) = Measure.ByTurns(
            settings.Quick ? 3 : 7, touches.Length, () => oursSum = flow.Run(touches, rows), () => peerSum = loop.Run(touches, row));
        if (Math.Abs(oursSum - peerSum) > 1e-6 * Math.Abs(peerSum))
        {
            throw new InvalidOperationException($"the flows disagree: {oursSum} and {peerSum}");
        }

        IReadOnlyList<BenchRow> result =
        [
            new("featurizer events/s", ours.PerSecond, "events/s", "open-addressing loop", peer.PerSecond),
            new("featurizer bytes allocated", ours.BytesPerOperation, "B/event", "open-addressing loop", peer.BytesPerOperation),
        ];
        return Task.FromResult(result);
    }

    private static Touch[] Touches(int count, int visitors)
    {
        Random random = new(42);
        double[] cumulative = new double[visitors];
        double sum = 0;
        for (int v = 0; v < visitors; v++)
        {
            cumulative[v] = sum += 1.0 / (v + 1);
        }

        Touch[] touches = new Touch[count];
        for (int i = 0; i < count; i++)
        {
            int visitor = Array.BinarySearch(cumulative, random.NextDouble() * sum);
            touches[i] = new Touch(
                Hash128.Of(BitConverter.GetBytes(visitor < 0 ? ~visitor : visitor)), 1_790_000_000_000 + i * 300L, random.Next(Channels), 1 + random.Next(50));
        }

        return touches;
    }

    /// <summary>The flow as a topology: channels as symbols, one amount.</summary>
    private sealed class TopologyFlow
    {
        private readonly Featurizer featurizer;
        private readonly VisitorTable visitors;
        private readonly int[] symbols = new int[2];
        private readonly double[] amounts = new double[1];

        public TopologyFlow()
        {
            TopologyPlan plan = Plan();
            featurizer = new Featurizer(plan);
            visitors = new VisitorTable(plan.Schema.RowWords);
        }

        public double Run(Touch[] touches, long[] rowOut)
        {
            visitors.Clear();
            double sum = 0;
            foreach (ref readonly Touch touch in touches.AsSpan())
            {
                int slot = visitors.Find(touch.Visitor);
                if (slot < 0)
                {
                    slot = visitors.Add(touch.Visitor);
                }

                symbols[0] = 1;                     // every touch: amount and last seen
                symbols[1] = 1 + touch.Channel;
                amounts[0] = touch.Amount;
                Span<long> row = visitors.Row(slot);
                featurizer.Apply(row, touch.TimeMs, symbols, amounts);
                row.CopyTo(rowOut);
                sum += rowOut[1] + BitConverter.Int64BitsToDouble(rowOut[Channels + 1]);
            }

            return sum;
        }

        private static TopologyPlan Plan()
        {
            List<Feature> features = [.. Enumerable.Range(0, Channels).Select(c => new Feature($"touches{c}", FeatureKind.Count))];
            List<FeatureMatch> matches = [.. Enumerable.Range(0, Channels).Select(c => new FeatureMatch("channel._id", $"channel{c}"))];
            features.Add(new Feature("recentSpend", FeatureKind.DecayedSum, (long)HalfLifeMs));
            matches.Add(new FeatureMatch("eventType", "touch", "amount"));
            features.Add(new Feature("minutesSinceTouch", FeatureKind.MinutesSince));
            matches.Add(new FeatureMatch("eventType", "touch"));
            return new TopologyPlan
            {
                Name = "featurizer",
                Tenant = "bench",
                Version = "0",
                Source = new SourcePlan { IdentityPaths = ["visitor"] },
                Schema = new FeatureSchema(features),
                Matches = [.. matches],
                Topics = new TopicNames(),
                Decisions = new DecisionDocument(),
            };
        }
    }

    /// <summary>The same by hand: one array of structs, linear probing, no layers.</summary>
    private sealed class OpenAddressingLoop(int visitors)
    {
        private readonly Entry[] entries = new Entry[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)visitors * 2)];

        [System.Runtime.CompilerServices.InlineArray(Channels)]
        private struct Counts
        {
            private long first;
        }

        private struct Entry
        {
            public Hash128 Visitor;
            public long LastMs;
            public double Sum;
            public Counts Counts;
        }

        public double Run(Touch[] touches, double[] rowOut)
        {
            Array.Clear(entries);
            int mask = entries.Length - 1;
            double sum = 0;
            foreach (ref readonly Touch touch in touches.AsSpan())
            {
                int at = (int)touch.Visitor.Low & mask;
                while (entries[at].Visitor != touch.Visitor && !entries[at].Visitor.IsZero)
                {
                    at = (at + 1) & mask;
                }

                ref Entry entry = ref entries[at];
                entry.Visitor = touch.Visitor;
                entry.Sum = (entry.Sum == 0 ? 0 : entry.Sum * double.Exp2((entry.LastMs - touch.TimeMs) / HalfLifeMs)) + touch.Amount;
                entry.LastMs = touch.TimeMs;
                entry.Counts[touch.Channel]++;
                for (int c = 0; c < Channels; c++)
                {
                    rowOut[c] = entry.Counts[c];
                }

                rowOut[Channels] = entry.Sum;
                rowOut[Channels + 1] = entry.LastMs;
                sum += rowOut[0] + rowOut[Channels];
            }

            return sum;
        }
    }
}
