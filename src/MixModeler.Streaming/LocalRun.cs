using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming;

/// <summary>
/// The whole main job in one process and without servers, over a file or standard input: the same partition task and the
/// same learner, over memory. The learner takes in each batch's examples before the next batch is read, so the same input
/// always gives the same scores and examples. (How many model versions are announced also depends on the clock.)
/// </summary>
public sealed class LocalRun : IRecordSink
{
    private readonly TopologyPlan topology;
    private readonly Action<string, ReadOnlyMemory<byte>> output;
    private readonly ModelRegister models;
    private readonly PartitionTask task;
    private readonly LearnerTask? learner;
    private readonly List<KeyedLane> keyed = [];
    private readonly AttributionTask[] attributions;
    private readonly RecordBatch records = new();
    private readonly List<RecordBatch> full = [];
    private RecordBatch examples = new();
    private long nextExample;
    private long nextRecord;

    /// <param name="topology">What to do.</param>
    /// <param name="output">Takes every record that would go to a topic: the topic and the value, which is valid during the call.</param>
    /// <param name="time">Timestamps of the records, and the learner's clock.</param>
    public LocalRun(TopologyPlan topology, Action<string, ReadOnlyMemory<byte>> output, TimeProvider time)
    {
        this.topology = topology;
        this.output = output;
        Time = time;
        string model = topology.Model?.Name ?? "";
        models = new ModelRegister(topology.Name, model, topology.Schema, topology.Model?.BaseRate ?? 0.5);
        IReadOnlyList<TopologyPlan> lanes = LanePlans.KeyedOf(topology);
        // Without events, what is read are the records of the first other source.
        TopologyPlan main = topology.Source.IdentityPaths.IsEmpty && lanes.Count > 0 ? lanes[0] : topology;
        foreach (TopologyPlan lane in lanes.Where(lane => lane != main))
        {
            keyed.Add(new KeyedLane(lane.Topics.Events, new PartitionTask(lane, 0, new MemoryStateStore(), this, new ModelRegister(lane))));
        }

        task = new PartitionTask(main, 0, new MemoryStateStore(), this, models, visitorsMax: 1_000_000);
        attributions = [.. topology.Attributions.Select(model => AttributionWork.TaskOf(topology, model, 0, new MemoryStateStore(), this))];
        learner = topology.Model is null ? null : new LearnerTask(topology, new MemoryStateStore(), this, time);
    }

    public TimeProvider Time { get; }

    /// <summary>Counts of the topology's nodes, of all lanes.</summary>
    public IReadOnlyList<OperatorTotals> Operators => [.. task.Operators, .. keyed.SelectMany(lane => lane.Task.Operators)];

    // What a key-by sends waits here for the lane behind it.
    private sealed record KeyedLane(string Topic, PartitionTask Task)
    {
        public List<RecordBatch> Batches { get; } = [];

        public long Next { get; set; }

        public void Add(long timestampMs, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (Batches.Count == 0 || Batches[^1].IsFull)
            {
                Batches.Add(new RecordBatch());
            }

            Batches[^1].Add(Next++, timestampMs, key, value);
        }
    }

    public TaskProgress Progress => task.Progress;

    public LearnerStatus? Learner => learner?.Status;

    /// <summary>One record a line; the line's number minus one is its offset.</summary>
    public async Task RunAsync(Stream input, CancellationToken stop)
    {
        await task.AcquireAsync(0, stop);
        foreach (KeyedLane lane in keyed)
        {
            await lane.Task.AcquireAsync(0, stop);
        }

        foreach (AttributionTask attribution in attributions)
        {
            await attribution.AcquireAsync(0, stop);
        }

        if (learner is not null)
        {
            await learner.AcquireAsync(0, stop);
        }

        LineReader lines = new(input);
        while (await lines.ReadAsync(stop) is { } line)
        {
            long offset = nextRecord++;
            records.Add(offset, Time.GetUtcNow().ToUnixTimeMilliseconds(), [], line.Span);
            if (records.IsFull)
            {
                await PassAsync(stop);
            }
        }

        await PassAsync(stop);
    }

    void IRecordSink.Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        byte[] copy = value.ToArray();
        output(topic, copy);
        if (topic == topology.Topics.Training)
        {
            if (examples.IsFull)
            {
                full.Add(examples);
                examples = new RecordBatch();
            }

            examples.Add(nextExample++, Time.GetUtcNow().ToUnixTimeMilliseconds(), key, value);
        }
        else if (keyed.Find(lane => lane.Topic == topic) is { } lane)
        {
            lane.Add(Time.GetUtcNow().ToUnixTimeMilliseconds(), key, value);
        }
        else if (topic == topology.Topics.Models)
        {
            models.Offer(JsonSerializer.Deserialize(copy, DocumentJson.Default.ModelDocument)!);
        }
    }

    Task IRecordSink.FlushAsync(CancellationToken stop) => Task.CompletedTask;

    private async Task PassAsync(CancellationToken stop)
    {
        if (records.Count > 0)
        {
            await task.RunAsync(ChannelOf([records]), static _ => { }, stop);
            foreach (AttributionTask attribution in attributions)
            {
                await attribution.RunAsync(ChannelOf([records]), static _ => { }, stop);
            }

            records.Clear();
        }

        // A lane stands before those that its own key-bys lead to.
        foreach (KeyedLane lane in keyed.Where(lane => lane.Batches.Count > 0))
        {
            RecordBatch[] batches = [.. lane.Batches];
            lane.Batches.Clear();
            await lane.Task.RunAsync(ChannelOf(batches), static _ => { }, stop);
        }

        if (learner is not null && examples.Count > 0)
        {
            await learner.RunAsync(ChannelOf([.. full, examples]), static _ => { }, stop);
            full.Clear();
            examples.Clear();
        }
    }

    private static ChannelReader<RecordBatch> ChannelOf(IEnumerable<RecordBatch> batches)
    {
        Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
        foreach (RecordBatch batch in batches)
        {
            channel.Writer.TryWrite(batch);
        }

        channel.Writer.Complete();
        return channel.Reader;
    }
}
