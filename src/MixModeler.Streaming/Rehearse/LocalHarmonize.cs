using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Follow;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Rehearse;

/// <summary>
/// All datasets of a topology in one process and without servers: the same tasks over memory, and the table of what they committed. A
/// sink: what is sent to the topic of a dataset is harmonized when it is flushed. One caller at a time.
/// </summary>
public sealed class LocalHarmonize : IRecordSink
{
    private readonly TimeProvider time;
    private readonly Outlet outlet;
    private readonly List<Seat> seats = [];
    private readonly Dictionary<string, TopicLog> logs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> elsewhere = new(StringComparer.Ordinal);
    private bool isAcquired;

    /// <param name="plan">The topology.</param>
    /// <param name="time">Timestamps of the records.</param>
    /// <param name="output">Takes what the tasks send, dead letters that is: the topic and the value, valid during the call; null for nobody.</param>
    public LocalHarmonize(TopologyPlan plan, TimeProvider time, Action<string, ReadOnlyMemory<byte>>? output = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        this.time = time;
        outlet = new Outlet(output);
        Table.Use(plan.Harmonized);
        foreach (DatasetPlan dataset in plan.Harmonized.Datasets)
        {
            MemoryStateStore store = new();
            HarmonizeTask task = DatasetWork.TaskOf(plan, dataset, 0, store, outlet);
            seats.Add(new Seat(plan.Topics.Prefix + dataset.Topic, dataset, task, new PartitionFollower(store, dataset, 0, Table)));
        }

        foreach (IGrouping<string, DatasetPlan> topic in plan.Harmonized.Datasets.GroupBy(dataset => plan.Topics.Prefix + dataset.Topic))
        {
            seats.Add(new Seat(topic.Key, null, DatasetWork.WardenOf(plan, topic.Key, [.. topic], 0, new MemoryStateStore(), outlet), null));
        }
    }

    public HarmonizedTable Table { get; } = new();

    /// <summary>What became of the records of each dataset.</summary>
    public IEnumerable<(DatasetPlan Dataset, DatasetProgress Progress)> Progress =>
        seats.Where(seat => seat.Dataset is not null).Select(seat => (seat.Dataset!, ((HarmonizeTask)seat.Task).Progress));

    /// <summary>Records of topics that are no dataset's, by topic.</summary>
    public IReadOnlyDictionary<string, long> Elsewhere => elsewhere;

    public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (seats.All(seat => seat.Topic != topic))
        {
            // The dead letters of files that are no table go where those of the tasks go.
            elsewhere[topic] = elsewhere.GetValueOrDefault(topic) + 1;
            outlet.Send(topic, partition, key, value);
            return;
        }

        if (!logs.TryGetValue(topic, out TopicLog? log))
        {
            logs.Add(topic, log = new TopicLog());
        }

        log.Add(time.GetUtcNow().ToUnixTimeMilliseconds(), key, value);
    }

    /// <summary>Harmonizes what was sent, and brings it into the table.</summary>
    public async Task FlushAsync(CancellationToken stop)
    {
        if (!isAcquired)
        {
            foreach (Seat seat in seats)
            {
                await seat.Task.AcquireAsync(0, stop);
            }

            isAcquired = true;
        }

        foreach ((string topic, TopicLog log) in logs)
        {
            foreach (Seat seat in seats.Where(seat => seat.Topic == topic))
            {
                await seat.Task.RunAsync(ChannelOf(log.Batches), static _ => { }, stop);
                if (seat.Follower is not null)
                {
                    await seat.Follower.FollowAsync(stop);
                }
            }

            log.Batches.Clear();
        }
    }

    private static ChannelReader<RecordBatch> ChannelOf(List<RecordBatch> batches)
    {
        Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
        batches.ForEach(batch => channel.Writer.TryWrite(batch));
        channel.Writer.Complete();
        return channel.Reader;
    }

    private sealed record Seat(string Topic, DatasetPlan? Dataset, IPartitionTask Task, PartitionFollower? Follower);

    private sealed class TopicLog
    {
        private long next;

        public List<RecordBatch> Batches { get; } = [];

        public void Add(long timestampMs, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (Batches.Count == 0 || Batches[^1].IsFull)
            {
                Batches.Add(new RecordBatch());
            }

            Batches[^1].Add(next++, timestampMs, key, value);
        }
    }

    private sealed class Outlet(Action<string, ReadOnlyMemory<byte>>? output) : IRecordSink
    {
        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => output?.Invoke(topic, value.ToArray());

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
