using System.Net.Sockets;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Tests.Push;

public sealed class PushLinkTests : IAsyncLifetime
{
    private readonly LinkFixture link = new();

    private static long NowMs => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => link.DisposeAsync();

    [Fact]
    public async Task An_edge_takes_a_snapshot_then_deltas_and_is_ready_only_after_a_complete_one()
    {
        HubServer hub = link.StartHubWithSample();
        hub.Apply(Sample.Scores(0, 0, NowMs, ("a", 1), ("b", 2)));
        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status().Rows == 2, "the rows are there");
        // The hub itself has not read everything yet: what the edge has is no snapshot.
        Assert.False(edge.Status().Ready);
        Assert.StartsWith("-LOADING", await LinkFixture.Ask(edge, "MM.DECIDE home-hero a"), StringComparison.Ordinal);

        hub.CaughtUp();
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        Assert.Equal(0, edge.Status().EventToVisibleMs.Count);
        Assert.Equal(7, edge.Status().ModelVersion);
        string before = await LinkFixture.Ask(edge, "GET a");

        hub.Apply(Sample.Scores(0, 2, NowMs, ("a", 9), ("c", 1)));
        await Wait.Until(() => edge.Status().Sequence == 4, "the deltas are there");
        Assert.Equal(3, edge.Status().Rows);
        Assert.NotEqual(before, await LinkFixture.Ask(edge, "GET a"));
        Assert.Equal(2, edge.Status().EventToVisibleMs.Count);
        Assert.InRange(edge.Status().EventToVisibleMs.P99!.Value, 0, 20_000);
    }

    [Fact]
    public async Task After_a_broken_connection_an_edge_goes_on_where_it_was_without_a_snapshot()
    {
        HubServer hub = link.StartHubWithSample();
        hub.Apply(Sample.Scores(0, 0, NowMs, ("a", 1), ("b", 2)));
        hub.CaughtUp();
        Cable cable = link.StartCable(hub.Port);
        EdgeServer edge = await link.StartEdge(cable.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");

        cable.IsUp = false;
        await Wait.Until(() => !edge.Status().HubConnected, "the edge has noticed");
        hub.Apply(Sample.Scores(0, 2, NowMs, ("b", 3)));
        hub.Publish(Sample.Model(8, 0, 0.2));
        Assert.StartsWith("*6", await LinkFixture.Ask(edge, "MM.DECIDE home-hero a"), StringComparison.Ordinal);
        cable.IsUp = true;
        await Wait.Until(() => edge.Status() is { Sequence: 3, ModelVersion: 8 }, "the edge has caught up");
        EdgeStatus status = edge.Status();
        Assert.Equal(1, status.Snapshots);
        Assert.True(status.Resumes >= 1);
        // Two of the snapshot, one that changed meanwhile: nothing was sent twice.
        Assert.Equal(3, status.RowsApplied);
        Assert.Equal(0, status.RowsStale);
    }

    [Fact]
    public async Task A_snapshot_that_breaks_anywhere_is_continued()
    {
        HubServer hub = link.StartHubWithSample();
        LinkFixture.FillHub(hub, visitors: 3_000, rounds: 1);
        hub.CaughtUp();
        Cable cable = link.StartCable(hub.Port);
        cable.BreakAfterBytes = 100_000;
        EdgeServer edge = await link.StartEdge(cable.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        EdgeStatus status = edge.Status();
        Assert.Equal(3_000, status.Rows);
        Assert.Equal(2, status.Connects);
        Assert.Equal(1, status.Snapshots);
        Assert.Equal(1, status.Resumes);
        Assert.Equal(3_000, status.RowsApplied);
    }

    [Fact]
    public async Task A_new_hub_gives_a_snapshot_that_rolls_no_row_back()
    {
        HubServer first = link.StartHubWithSample();
        first.Apply(Sample.Scores(0, 0, NowMs, ("a", 1), ("b", 2), ("a", 50)));
        first.CaughtUp();
        Cable cable = link.StartCable(first.Port);
        EdgeServer edge = await link.StartEdge(cable.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        string newest = await LinkFixture.Ask(edge, "GET a");

        // The second hub has read only the beginning of the topic so far.
        HubServer second = link.StartHubWithSample();
        second.Apply(Sample.Scores(0, 0, NowMs, ("a", 1), ("b", 2)));
        cable.TargetPort = second.Port;
        cable.Cut();
        await Wait.Until(() => edge.Status() is { Snapshots: 2, RowsStale: 2 }, "the second snapshot has begun");
        Assert.Equal(newest, await LinkFixture.Ask(edge, "GET a"));
        Assert.True(edge.Status().Ready);

        second.Apply(Sample.Scores(0, 2, NowMs, ("a", 50), ("b", 3)));
        second.CaughtUp();
        await Wait.Until(() => edge.Status().Sequence == 4, "the edge has caught up");
        Assert.Equal(newest, await LinkFixture.Ask(edge, "GET a"));
        // Two visitors of the first hub; of the second only the one change that the first had not seen.
        Assert.Equal(2 + 1, edge.Status().RowsApplied);
    }

    [Fact]
    public async Task An_edge_without_a_hub_goes_on_and_says_how_old_its_data_are()
    {
        HubServer hub = link.StartHubWithSample();
        hub.Apply(Sample.Scores(0, 0, NowMs, ("a", 1)));
        hub.CaughtUp();
        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        await hub.DisposeAsync();
        await Wait.Until(() => edge.Status() is { HubConnected: false, StalenessMs: > 100, Problem: not null }, "the edge says so");
        Assert.StartsWith("*6\r\n$13\r\nsubscribe-now\r\n", await LinkFixture.Ask(edge, "MM.DECIDE home-hero a"), StringComparison.Ordinal);
        Assert.Contains("hub_connected:0", await LinkFixture.Ask(edge, "INFO mixmodeler"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_does_not_reproduce_its_golden_scores_is_refused_and_the_last_good_one_stays()
    {
        HubServer hub = link.StartHubWithSample();
        hub.CaughtUp();
        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status() is { Ready: true, ModelVersion: 7 }, "the edge is ready");
        Score.ModelDocument bad = Sample.Model(8, 0, 0.5);
        bad.Golden[0].Score += 1e-6;
        hub.Publish(bad);
        await Wait.Until(() => edge.Status().ModelsRefused == 1, "the model was refused");
        Assert.Equal(7, edge.Status().ModelVersion);
        string told = await LinkFixture.Ask(edge, "INFO mixmodeler");
        Assert.Contains("models_refused:1", told, StringComparison.Ordinal);
        Assert.Contains("problem:model refused, staying with version 7: version 8 gives", told, StringComparison.Ordinal);
        hub.Publish(Sample.Model(9, 0, 0.5));
        await Wait.Until(() => edge.Status().ModelVersion == 9, "the next good one was taken");
    }

    [Fact]
    public async Task A_plan_with_the_same_features_switches_at_once_and_one_with_others_when_its_snapshot_is_complete()
    {
        HubServer hub = link.StartHubWithSample();
        hub.Apply(Sample.Scores(0, 0, NowMs, ("a", 1)));
        hub.CaughtUp();
        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        hub.Publish(Sample.Plan(version: "v2"));
        await Wait.Until(() => edge.Status() is { PlanVersion: "v2", Rows: 1, Ready: true, Snapshots: 1 }, "the plan was switched");

        Score.DecisionDocument other = Sample.Plan(version: "v3");
        other.Features = [other.Features[0]];
        hub.Publish(other);
        await Wait.Until(() => edge.Status() is { Snapshots: 2 }, "the edge began anew");
        Assert.True(edge.Status() is { PlanVersion: "v2", Rows: 1, Ready: true, ModelVersion: 7 }, "the edge decided with half a snapshot");
        hub.CaughtUp();
        await Wait.Until(() => edge.Status() is { PlanVersion: "v3", Rows: 0, Ready: true, ModelVersion: 0 }, "the new plan took over");
        Assert.Throws<Score.DecisionPlanException>(() => hub.Publish(new Score.DecisionDocument { Clock = "no" }));
        Assert.Equal("v3", hub.Status().PlanVersion);
    }

    [Fact]
    public async Task Decisions_come_back_exactly_once_and_in_order_over_breaks()
    {
        HubServer hub = link.StartHubWithSample();
        hub.Apply(Sample.Scores(0, 0, NowMs, ("a", 1)));
        hub.CaughtUp();
        Cable cable = link.StartCable(hub.Port);
        EdgeServer edge = await link.StartEdge(cable.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        string ten = string.Concat(Enumerable.Repeat("MM.DECIDE home-hero a\r\n", 10)).TrimEnd();
        int cuts = 0;
        for (int i = 0; i < 60; i++)
        {
            // Every other break comes while the sink has a batch in hand: it is safe, but its receipt is lost.
            TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
            link.SinkGate = i % 20 == 10 ? gate.Task : Task.CompletedTask;
            await LinkFixture.Ask(edge, ten);
            if (i % 10 == 0)
            {
                // Only a link that was made anew can break anew.
                await Wait.Until(() => edge.Status() is { HubConnected: true } now && now.Connects > cuts, "the edge is connected again");
                cable.Cut();
                cuts++;
            }

            gate.SetResult();
        }

        await Wait.Until(() => edge.Status().DecisionsSafe == 600, "all are acknowledged");
        long[] sequences = [.. link.Decisions.Select(Sequence)];
        Assert.Equal(Enumerable.Range(1, 600).Select(i => (long)i), sequences);
        Assert.Equal(6, cuts);
        Assert.Equal(0, edge.Status().DecisionsDropped);
        Assert.Equal(600, hub.Status().DecisionsTaken);
    }

    [Fact]
    public async Task A_batch_whose_receipt_was_lost_is_not_taken_twice()
    {
        HubServer hub = link.StartHubWithSample();
        List<DecisionLine> nothing = [];
        PackedWriter batch = new();
        DecisionBatch.Begin(batch, 1);
        DecisionBatch.Add(batch, "v"u8, """{"visitor":"v"}"""u8);
        DecisionBatch.End(batch, 1);
        for (int i = 0; i < 3; i++)
        {
            using RawEdge edge = await RawEdge.Connect(hub.Port, start: 99);
            await edge.Send(FrameKind.Decisions, batch.WrittenMemory);
            await edge.Expect(FrameKind.DecisionsAck);
        }

        Assert.Single(link.Decisions);
        Assert.Equal(2, hub.Status().DecisionBatchesRepeated);
    }

    [Fact]
    public async Task Decisions_that_the_sink_refuses_stay_with_the_edge()
    {
        HubServer hub = link.StartHubWithSample();
        hub.Apply(Sample.Scores(0, 0, NowMs, ("a", 1)));
        hub.CaughtUp();
        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        link.SinkGate = Task.FromException(new TaskLostException(TaskLoss.OutputAway, "the log is away"));
        await LinkFixture.Ask(edge, "MM.DECIDE home-hero a");
        await Wait.Until(() => hub.Status().DecisionBatchesFailed >= 2, "the hub has tried twice");
        Assert.Empty(link.Decisions);
        link.SinkGate = Task.CompletedTask;
        await Wait.Until(() => edge.Status().DecisionsSafe == 1, "it was taken in the end");
        Assert.Single(link.Decisions);
    }

    [Fact]
    public async Task Decisions_made_just_before_the_edge_stops_still_come_back()
    {
        HubServer hub = link.StartHubWithSample();
        hub.Apply(Sample.Scores(0, 0, NowMs, ("a", 1)));
        hub.CaughtUp();
        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        await LinkFixture.Ask(edge, "MM.DECIDE home-hero a");
        await edge.DisposeAsync();
        Assert.Single(link.Decisions);
    }

    [Fact]
    public async Task What_is_no_hello_is_cut_off_and_the_hub_goes_on()
    {
        HubServer hub = link.StartHubWithSample();
        hub.CaughtUp();
        foreach (byte[] hostile in new byte[][] { "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [255, 255, 255, 255, 1], new byte[100] })
        {
            using TcpClient client = new();
            await client.ConnectAsync("127.0.0.1", hub.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(hostile, TestContext.Current.CancellationToken);
            int read = await ReadOrReset(client);
            Assert.Equal(0, read);
        }

        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status().Ready, "an honest edge is served");
    }

    [Fact]
    public void A_taken_port_is_told_in_a_sentence()
    {
        HubServer hub = link.StartHub();
        HubStartException e = Assert.Throws<HubStartException>(() => link.StartHub(hub.Port));
        Assert.Contains($"the hub cannot listen on 127.0.0.1:{hub.Port}", e.Message, StringComparison.Ordinal);
    }

    private static long Sequence(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("sequence").GetInt64();
    }

    private static async Task<int> ReadOrReset(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[16], TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
