using System.Collections.Concurrent;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>
/// The lanes behind a topology's key-bys: a group and a host for each. A lane that a new version changes is ended and begun anew;
/// what its nodes keep stays with those that are the same. Owned by one caller at a time.
/// </summary>
internal sealed class KeyedLanes(
    KafkaOptions kafka, KafkaProducer producer, RedisConnection redis, int partitions, int keysInMemory, FlowTaps taps, Report report) : IAsyncDisposable
{
    private volatile (TopologyPlan Plan, KafkaTaskHost Host)[] running = [];

    private readonly ConcurrentDictionary<(string Topology, int Partition), PartitionTask> tasks = new();

    /// <summary>The tasks that run here, each with the name of its lane's topology and its partition.</summary>
    public IEnumerable<(string Topology, int Partition, PartitionTask Task)> Tasks => running.SelectMany(lane => lane.Host.Status.Partitions
        .Where(assigned => tasks.ContainsKey((lane.Plan.Name, assigned.Partition)))
        .Select(assigned => (lane.Plan.Name, assigned.Partition, tasks[(lane.Plan.Name, assigned.Partition)])));

    public IEnumerable<string?> Problems => running.Select(lane => lane.Host.Problem);

    public async Task FollowAsync(TopologyPlan topology)
    {
        IReadOnlyList<TopologyPlan> wanted = LanePlans.KeyedOf(topology);
        (TopologyPlan Plan, KafkaTaskHost Host)[] kept = [.. running.Where(lane => wanted.Any(plan => LanePlans.AreSame(plan, lane.Plan)))];
        (TopologyPlan Plan, KafkaTaskHost Host)[] ended = [.. running.Except(kept)];
        running = kept;
        foreach ((_, KafkaTaskHost host) in ended)
        {
            await EndAsync(host);
        }

        foreach (TopologyPlan plan in wanted.Where(plan => !kept.Any(lane => lane.Plan.Name == plan.Name)))
        {
            LiveTopology live = new(plan);
            ModelRegister models = new(plan);
            KafkaTaskHost host = new(kafka, $"{plan.Name}-tasks", plan.Topics.Events, partition => Create(plan, live, models, partition), report);
            host.Start();
            running = [.. running, (plan, host)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((_, KafkaTaskHost host) in running)
        {
            await EndAsync(host);
        }
    }

    private PartitionTask Create(TopologyPlan plan, LiveTopology live, ModelRegister models, int partition) =>
        tasks[(plan.Name, partition)] = new PartitionTask(new TaskParts
        {
            Live = live,
            Partition = partition,
            Store = new RedisStateStore(redis, $"{plan.Name}:{partition}"),
            Sink = producer.CreateSink(),
            Models = models,
            VisitorsMax = keysInMemory,
            WritesProfiles = false,
            Profiles = new RedisProfileLookup(redis, partitions),
            Taps = taps,
        });

    private static async Task EndAsync(KafkaTaskHost host)
    {
        await host.StopAsync();
        await host.DisposeAsync();
    }
}
