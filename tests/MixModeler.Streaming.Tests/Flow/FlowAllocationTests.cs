using System.Text;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Flow;

public class FlowAllocationTests
{
    [Fact]
    public void Reading_filtering_mapping_branching_and_splitting_allocate_nothing()
    {
        LanePlan lane = FlowRun.PlanOf(FlowRun.Source + """
            nodes:
              f: { operator: filter, where: event.n >= 0 && event.s.startsWith("a") }
              m: { operator: map, set: { n: event.n + 1, y: event.x * 2.0 } }
              b: { operator: branch, when: { big: event.y > 3.0 } }
              p: { operator: split, by: event.visitor, weights: { l: 1, r: 1 } }
              u: { operator: union }
              h: { operator: one-hot, of: event.device, vocabulary: [tv, pc], prefix: d_, other: hash }
              s: { operator: model, weights: { y: 1, d_tv: 1 } }
              never: { operator: filter, where: event.score < 0.0 }
              out: { operator: sink, topic: o }
            edges: [events -> f -> m -> b, b.big -> p, b.otherwise -> u, p.l -> u, p.r -> u, u -> h -> s -> never -> out]
            """).Flow!.Lanes[0];
        FlowRunner runner = new(lane, new NoOutputs(), null, static _ => { });
        FieldReader reader = new([new FieldRead("_id", 0, CelType.String), new FieldRead("eventType", 2, CelType.String), .. lane.Reads]);
        byte[][] events =
        [
            .. Enumerable.Range(0, 64).Select(i => Encoding.UTF8.GetBytes(FlowRun.Event($"v{i}", "e", i, $",\"n\":{i},\"x\":{i % 5}.5,\"s\":\"abc\",\"device\":{{\"type\":\"tv{i % 3}\"}}"))),
        ];
        byte[] visitor = "visitor"u8.ToArray();
        void Pass()
        {
            foreach (byte[] json in events)
            {
                Span<CelValue> record = runner.Frame.From(0);
                reader.Read(json, record);
                record[1] = CelValue.OfUnixMs(FlowRun.StartMs);
                record[3] = CelValue.OfUtf8(visitor, 0, visitor.Length);
                runner.Run();
            }
        }

        for (int i = 0; i < 200; i++)
        {
            Pass();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 200; i++)
        {
            Pass();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        runner.Publish();
        Assert.Equal(400 * 64, runner.Totals.Single(its => its.Node == "never").In);
        Assert.All(runner.Totals, its => Assert.Empty(its.Errors));
    }

    private sealed class NoOutputs : IFlowOutputs
    {
        public Origin NextOrigin(string topic) => default;

        public void Send(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Assert.Fail("nothing gets there");

        public void DeadLetter(string node, string reason, string detail, ReadOnlySpan<byte> record) => Assert.Fail($"{node}: {reason}: {detail}");
    }
}
