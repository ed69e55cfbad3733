using MixModeler.Streaming.Featurize;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench engine`: JSON bytes in memory → parse → featurize → score on one core, with the engine's own stages, beside a loop
/// written by hand for exactly this topology.
/// </summary>
internal sealed class EngineBench : IBench
{
    public string Name => "engine";

    public string Summary => "JSON events in memory: parse, featurize, score, on one core, beside a hand-written loop";

    public Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        TopologyPlan topology = Shipped.LumaPropensity();
        List<RecordBatch> batches = Events(settings.Quick ? 2_000 : 20_000, out long events, out double bytesPerEvent);
        LinearModel model = new(1, -4, Enumerable.Range(0, topology.Schema.InputCount).Select(i => 0.01 * (i % 7 - 3)));
        StagedLoop staged = new(topology, model);
        HandWrittenLoop byHand = new(model);
        double oursSum = 0;
        double peerSum = 0;
        (Rate ours, Rate peer) = Measure.ByTurns(
            settings.Quick ? 3 : 7, events, () => oursSum = staged.Run(batches), () => peerSum = byHand.Run(batches));
        if (Math.Abs(oursSum - peerSum) > 1e-6 * Math.Abs(peerSum))
        {
            throw new InvalidOperationException($"the loops disagree: the engine's scores add up to {oursSum}, the hand-written ones to {peerSum}");
        }

        IReadOnlyList<BenchRow> rows =
        [
            new("engine events/s", ours.PerSecond, "events/s", "hand-written loop", peer.PerSecond),
            new("engine bytes allocated", ours.BytesPerOperation, "B/event", "hand-written loop", peer.BytesPerOperation),
            new("event size", bytesPerEvent, "B"),
        ];
        return Task.FromResult(rows);
    }

    private static List<RecordBatch> Events(int users, out long events, out double bytesPerEvent)
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = users });
        List<RecordBatch> batches = [new()];
        (events, long bytes) = (0, 0);
        while (generator.TryNext(out GeneratedRecord record))
        {
            if (batches[^1].IsFull)
            {
                batches.Add(new RecordBatch());
            }

            batches[^1].Add(events++, long.MaxValue / 2, record.Key, record.Value);
            bytes += record.Value.Length;
        }

        bytesPerEvent = (double)bytes / events;
        return batches;
    }

    /// <summary>The stages of a partition task, without store and outputs.</summary>
    private sealed class StagedLoop(TopologyPlan topology, LinearModel model)
    {
        private readonly EventReader reader = new(topology);
        private readonly Featurizer featurizer = new(topology);
        private readonly Scorer scorer = new(topology.Schema);
        private readonly VisitorTable visitors = new(topology.Schema.RowWords);

        public double Run(List<RecordBatch> batches)
        {
            visitors.Clear();
            double sum = 0;
            foreach (RecordBatch batch in batches)
            {
                EventBatch events = reader.Read(batch);
                for (int i = 0; i < events.Count; i++)
                {
                    ref EventRow row = ref events[i];
                    if (row.Rejection != Rejection.None)
                    {
                        continue;
                    }

                    int slot = visitors.Find(row.Visitor);
                    if (slot < 0)
                    {
                        slot = visitors.Add(row.Visitor);
                    }

                    Span<long> features = visitors.Row(slot);
                    featurizer.Apply(features, row.TimeMs, events.Symbols(i), events.Amounts(i));
                    sum += scorer.Score(model, features, features[0]);
                }
            }

            return sum;
        }
    }
}
