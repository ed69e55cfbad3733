using System.Text;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Learn;

/// <summary>A training topic as restarted producers leave it: interleaved partitions, tails written twice, a few broken records.</summary>
internal sealed class TrainingLog
{
    public List<byte[]> Records { get; } = [];

    public int Distinct { get; private set; }

    public int Replayed { get; private set; }

    public int Broken { get; private set; }

    public static TrainingLog Make(TopologyPlan plan, int seed, int examples, int partitions = 4)
    {
        TrainingLog log = new();
        Random random = new(seed);
        TrainingExampleWriter writer = new(plan.Schema);
        List<byte[]>[] written = [.. Enumerable.Range(0, partitions).Select(_ => new List<byte[]>())];
        long[] offsets = new long[partitions];
        while (log.Distinct < examples)
        {
            int partition = random.Next(partitions);
            int ordinals = random.Next(1, 4);
            offsets[partition] += random.Next(1, 50);
            for (int ordinal = 0; ordinal < ordinals; ordinal++)
            {
                double clicks = random.Next(5);
                double[] values = [random.Next(20), clicks, clicks == 0 ? double.NaN : random.NextDouble() * 10_000, random.NextDouble() * 100];
                bool label = random.NextDouble() < (clicks + 1) / 10;
                byte[] json = writer.Write("visitor"u8, TestTopology.Day1Ms, label, new Origin(partition, offsets[partition], ordinal), values).ToArray();
                written[partition].Add(json);
                log.Records.Add(json);
                log.Distinct++;
            }

            if (random.Next(60) == 0)
            {
                // This partition's producer died before its commit: its newest outputs are written again.
                List<byte[]> tail = written[partition][^Math.Min(written[partition].Count, random.Next(1, 40))..];
                log.Records.AddRange(tail);
                log.Replayed += tail.Count;
            }

            if (random.Next(150) == 0)
            {
                log.Records.Add(Encoding.UTF8.GetBytes("{\"visitor\":"));
                log.Broken++;
            }
        }

        return log;
    }
}
