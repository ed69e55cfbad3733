using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Tests.Push;

/// <summary>Looks at the memory of the whole process, so nothing else may run beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}

[Collection(AloneCollection.Name)]
public sealed class SlowEdgeTests : IAsyncLifetime
{
    private readonly LinkFixture link = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => link.DisposeAsync();

    [Fact]
    public async Task A_slow_edge_gets_each_visitor_once_when_it_reads_again_and_the_hub_keeps_no_queue_for_it()
    {
        HubServer hub = link.StartHubWithSample();
        hub.CaughtUp();
        using RawEdge slow = await RawEdge.Connect(hub.Port, start: 1);
        await slow.Expect(FrameKind.Welcome);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        // 400,000 changes of 500 visitors: some 34 MB on the wire, were they all sent.
        LinkFixture.FillHub(hub, visitors: 500, rounds: 800);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 8_000_000, $"the hub grew by {grown} bytes for an edge that does not read");

        long rows = 0;
        long sequence = 0;
        while (sequence < 400_000)
        {
            ReadOnlyMemory<byte> payload = await slow.Expect(FrameKind.Rows);
            (sequence, int count) = Count(payload.Span);
            rows += count;
        }

        Assert.True(rows < 200_000, $"{rows} rows were sent to an edge that could take few");
    }

    private static (long Sequence, int Rows) Count(ReadOnlySpan<byte> payload)
    {
        RowBatch.Reader rows = RowBatch.Read(payload, Sample.Schema.RowWords);
        return (rows.Sequence, rows.Rows);
    }
}
