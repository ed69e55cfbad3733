using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>
/// The lane of a topology's marketing-mix models: of all engines the one that holds the one partition of their orders owns them all. It begins with the
/// first version that has a mix, and then goes on: the owner follows the versions by itself.
/// </summary>
internal sealed class MixLane(
    KafkaOptions kafka, KafkaProducer producer, RedisConnection redis, LiveTopology live, MixSource source, Report report) : IAsyncDisposable
{
    private KafkaTaskHost? host;
    private volatile MixTask? task;

    public string? Problem => host?.Problem;

    /// <summary>Of the models that are owned here.</summary>
    public IEnumerable<MixStanding> Standings => task?.Standings ?? [];

    public void Follow(TopologyPlan plan)
    {
        if (host is not null || plan.Mixes.IsEmpty)
        {
            return;
        }

        host = new KafkaTaskHost(kafka, MixWork.GroupOf(plan.Name), plan.Topics.Mix, _ => task = Create(plan.Name), report);
        host.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.DisposeAsync();
        }
    }

    private MixTask Create(string topology) => new(new MixParts
    {
        Live = live,
        Source = source,
        Store = new RedisStateStore(redis, MixWork.ScopeOf(topology)),
        Open = scope => new RedisStateStore(redis, scope),
        Sink = producer.CreateSink(),
        Report = report,
        Witness = new MixWitnesses(new PlanKeeper(scope => new RedisStateStore(redis, scope)), new CreditKeeper(source.Measurements)),
    });
}
