using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Redis;

/// <summary>The models of a topology as their tasks have committed them to Redis. Reads only; disturbs no task. Thread-safe.</summary>
/// <param name="connection">To the store of the tasks.</param>
/// <param name="plan">The topology that runs.</param>
/// <param name="partitions">Of the events.</param>
public sealed class RedisMeasurements(RedisConnection connection, Func<TopologyPlan> plan, int partitions) : IMeasurements
{
    public IReadOnlyList<string> Mixes => [.. plan().Mixes.Select(mix => mix.Name)];

    public IReadOnlyList<string> Attributions => [.. plan().Attributions.Select(model => model.Name)];

    public Task<MeasuredMix?> MixAsync(string name, CancellationToken stop) => plan().Mixes.FirstOrDefault(each => each.Name == name) is { } mix
        ? new MixReader(name, mix.Identity, mix.Spec, new RedisStateStore(connection, MixStore.ScopeOf(plan().Name, name))).ReadAsync(stop)
        : Task.FromResult<MeasuredMix?>(null);

    public Task<MeasuredAttribution?> AttributionAsync(string name, CancellationToken stop)
    {
        TopologyPlan topology = plan();
        return topology.Attributions.FirstOrDefault(each => each.Name == name) is not { } model
            ? Task.FromResult<MeasuredAttribution?>(null)
            : StoredAttribution.ReadAsync(model, topology.Source.Lateness, Enumerable.Range(0, partitions).Select(partition => new RedisStateStore(
                connection, AttributionWork.ScopeOf(topology.Name, model.Name, model.Identity, partition))), stop);
    }
}
