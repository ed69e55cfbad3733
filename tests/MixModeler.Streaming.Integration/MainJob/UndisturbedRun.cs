using System.Text;
using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>
/// What the logs must have led to: the same tasks over the same logs, in memory and undisturbed. The disturbed run must equal
/// it byte for byte.
/// </summary>
internal static class UndisturbedRun
{
    public static async Task AssertEqualsAsync(MainJobRig rig, CancellationToken stop)
    {
        Dictionary<int, List<Record>> events = await ReadAsync(rig.Kafka, rig.Plan.Topics.Events, stop);
        List<Record> training = (await ReadAsync(rig.Kafka, rig.Plan.Topics.Training, stop)).GetValueOrDefault(0) ?? [];
        Dictionary<int, List<string>> recognised = Recognised(rig.Plan, training);
        Assert.Equal(rig.Partitions, events.Count);
        foreach ((int partition, List<Record> log) in events)
        {
            MemoryStateStore calm = new();
            ExampleSink examples = new(rig.Plan.Topics.Training);
            await RunAsync(rig.Plan, partition, log, calm, examples, stop);
            await using RedisConnection own = await PatientReading.ConnectAsync(rig, stop);
            await AssertSameAsync(partition, log, calm, new RedisStateStore(own, $"{rig.Plan.Name}:{partition}"), stop);
            Assert.Equal(examples.Values, recognised.GetValueOrDefault(partition) ?? []);
        }

        await using RedisConnection redis = await PatientReading.ConnectAsync(rig, stop);
        RedisStateStore learner = new(redis, $"{rig.Plan.Name}:learner:0");
        byte[]? stored = (await learner.LoadAsync([LearnerRecord.Key.ToArray()], stop))[0];
        Assert.NotNull(stored);
        Assert.Equal(LearnerRecord.Undisturbed(rig.Plan, training.Select(r => (ReadOnlyMemory<byte>)r.Value)), stored);
    }

    internal sealed record Record(long Offset, long TimestampMs, byte[] Key, byte[] Value);

    private static async Task AssertSameAsync(int partition, List<Record> log, MemoryStateStore calm, RedisStateStore disturbed, CancellationToken stop)
    {
        byte[][] visitors = [.. log.Select(r => r.Key).DistinctBy(Convert.ToHexString)];
        byte[]?[] expected = await calm.LoadAsync(visitors, stop);
        byte[]?[] found = await disturbed.LoadPatientlyAsync(visitors, stop);
        int[] differing = [.. Enumerable.Range(0, visitors.Length).Where(i => !expected[i].AsSpan().SequenceEqual(found[i]))];
        Assert.True(differing.Length == 0, $"partition {partition}: {differing.Length} visitors differ from an undisturbed run. {Some()}");

        string Some() => string.Join("; ", differing.Take(3).Select(i =>
            $"{Encoding.UTF8.GetString(visitors[i])} of offsets {OffsetsOf(visitors[i])}: {Hex(expected[i])} became {Hex(found[i])}"));

        string OffsetsOf(byte[] visitor) => string.Join(' ', log.Where(r => r.Key.AsSpan().SequenceEqual(visitor)).Select(r => r.Offset));

        // Ledger, totals and newest event time stand in the task record.
        StateLease calmLease = await calm.AcquireAsync(0, stop);
        StateLease lease = await disturbed.AcquireAsync(0, stop);
        Assert.Equal(calmLease.NextOffset, lease.NextOffset);
        Assert.Equal(calmLease.TaskRecord, lease.TaskRecord);
        OffsetLedger ledger = new();
        TaskRecord.Unpack(lease.TaskRecord, ledger, new TaskTotals());
        Assert.Equal((log.Count, 0L, 0L), (ledger.Applied, ledger.Lost, ledger.Duplicated));
        Assert.Equal(
            (await calm.LoadDueAsync(0, long.MaxValue, int.MaxValue, stop)).Select(d => (d.DueMs, Convert.ToHexString(d.Key))),
            (await disturbed.LoadDueAsync(0, long.MaxValue, int.MaxValue, stop)).Select(d => (d.DueMs, Convert.ToHexString(d.Key))));
    }

    private static string Hex(byte[]? record) => record is null ? "nothing" : Convert.ToHexString(record);

    internal static async Task RunAsync(
        TopologyPlan plan, int partition, List<Record> log, MemoryStateStore store, IRecordSink sink, CancellationToken stop)
    {
        ModelRegister models = new(plan.Name, plan.Model!.Name, plan.Schema, plan.Model.BaseRate);
        PartitionTask task = new(plan, partition, store, sink, models, visitorsMax: 1_000_000);
        await task.AcquireAsync(0, stop);
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        RecordBatch batch = new() { Partition = partition };
        foreach (Record record in log)
        {
            batch.Add(record.Offset, record.TimestampMs, record.Key, record.Value);
            if (batch.IsFull)
            {
                batches.Writer.TryWrite(batch);
                batch = new RecordBatch { Partition = partition };
            }
        }

        if (batch.Count > 0)
        {
            batches.Writer.TryWrite(batch);
        }

        batches.Writer.Complete();
        await task.RunAsync(batches.Reader, _ => { }, stop);
    }

    /// <summary>What remains of the training log when every source partition's replays are dropped.</summary>
    private static Dictionary<int, List<string>> Recognised(TopologyPlan plan, List<Record> training)
    {
        TrainingExampleReader reader = new(plan.Schema);
        double[] values = new double[plan.Schema.Features.Length];
        Dictionary<int, Origin> newest = [];
        Dictionary<int, List<string>> kept = [];
        foreach (Record record in training)
        {
            Assert.True(reader.TryRead(record.Value, values, out TrainingExample example, out _), Encoding.UTF8.GetString(record.Value));
            Origin origin = example.Origin;
            if (!newest.TryGetValue(origin.Partition, out Origin before) || origin > before)
            {
                newest[origin.Partition] = origin;
                (kept.TryGetValue(origin.Partition, out List<string>? list) ? list : kept[origin.Partition] = []).Add(Encoding.UTF8.GetString(record.Value));
            }
        }

        return kept;
    }

    internal static async Task<Dictionary<int, List<Record>>> ReadAsync(KafkaOptions kafka, string topic, CancellationToken stop)
    {
        Dictionary<int, List<Record>> records = [];
        await using KafkaTail tail = new(
            kafka,
            topic,
            batch =>
            {
                if (!records.TryGetValue(batch.Partition, out List<Record>? list))
                {
                    records.Add(batch.Partition, list = []);
                }

                for (int i = 0; i < batch.Count; i++)
                {
                    list.Add(new Record(batch.Offset(i), batch.TimestampMs(i), batch.Key(i).ToArray(), batch.Value(i).ToArray()));
                }
            },
            (_, _) => { });
        tail.Start();
        await tail.CaughtUp.WaitAsync(TimeSpan.FromSeconds(60), stop);
        return records;
    }

    private sealed class ExampleSink(string trainingTopic) : IRecordSink
    {
        public List<string> Values { get; } = [];

        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (topic == trainingTopic)
            {
                Values.Add(Encoding.UTF8.GetString(value));
            }
        }

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
