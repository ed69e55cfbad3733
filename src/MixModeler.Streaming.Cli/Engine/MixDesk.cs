using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>The models and plans as their owner puts them away, wherever it runs; orders go to it through the log.</summary>
internal sealed class MixDesk(Func<TopologyPlan> plan, RedisConnection redis, KafkaProducer producer) : IMixDesk, IPlanDesk, IDisposable
{
    private readonly KafkaRecordSink sink = producer.CreateSink();
    private readonly SemaphoreSlim sending = new(1);

    public ImmutableArray<MixPlan> Plans => plan().Mixes;

    public ImmutableArray<PlanDeclaration> Declarations => plan().Plans;

    public Task<StoredPlan?> PlanAsync(PlanDeclaration declaration, CancellationToken stop) =>
        new PlanStore(new RedisStateStore(redis, PlanStore.ScopeOf(plan().Name, declaration.Name))).PeekAsync(stop);

    public async Task<MixStanding> StandingAsync(MixPlan mix, CancellationToken stop)
    {
        RedisStateStore store = new(redis, MixStore.ScopeOf(plan().Name, mix.Name));
        return MixStandings.Of(mix, await new MixStore(store, mix.Identity, mix.Spec).PeekAsync(stop));
    }

    public async Task OrderAsync(MixOrder order, CancellationToken stop)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            order.Write(json);
        }

        await sending.WaitAsync(stop);
        try
        {
            sink.Send(plan().Topics.Mix, IRecordSink.ByKey, Encoding.UTF8.GetBytes(order.Mix), buffer.WrittenSpan);
            await sink.FlushAsync(stop);
        }
        finally
        {
            sending.Release();
        }
    }

    public void Dispose()
    {
        sink.Dispose();
        sending.Dispose();
    }
}
