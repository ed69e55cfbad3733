using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>
/// What an engine tells beside its tasks: the version that edges run, and the decisions they report. Edges report from several
/// connections, and versions change; a sink has one user at a time.
/// </summary>
internal sealed class Announcements(KafkaProducer producer, TopicNames topics, Report report) : IDisposable
{
    private readonly SemaphoreSlim announcing = new(1);
    private readonly KafkaRecordSink sink = producer.CreateSink();

    public async Task TopologyAsync(TopologyPlan topology, CancellationToken stop)
    {
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(topology.Decisions, DocumentJson.Default.DecisionDocument);
        await announcing.WaitAsync(stop);
        try
        {
            sink.Send(topics.Topologies, 0, Encoding.UTF8.GetBytes(topology.Name), document);
            await sink.FlushAsync(stop);
        }
        catch (TaskLostException away)
        {
            report(Severity.Warning, $"What the edges run did not reach {topics.Topologies}: {away.Message}");
        }
        finally
        {
            announcing.Release();
        }
    }

    public async Task DecisionsAsync(IReadOnlyList<DecisionLine> decisions, CancellationToken stop)
    {
        await announcing.WaitAsync(stop);
        try
        {
            foreach (DecisionLine decision in decisions)
            {
                sink.Send(topics.Decisions, IRecordSink.ByKey, decision.Visitor.Span, decision.Json.Span);
            }

            await sink.FlushAsync(stop);
        }
        finally
        {
            announcing.Release();
        }
    }

    public void Dispose() => announcing.Dispose();
}
