using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Operate;

public sealed class LiveOrdersTests
{
    private static readonly string Text = """
        topology: t
        tenant: luma
        source: { identity: [id] }
        features: [{ name: a, count: x }]
        """;

    private static readonly TopologyPlan First = TopologyLoader.Parse(Text, "t").Plan!;
    private static readonly TopologyPlan Second = TopologyLoader.Parse(Text.Replace("count: x", "count: y", StringComparison.Ordinal), "t").Plan!;

    private readonly ControlLogFollower follower = new((_, _) => { });
    private readonly List<string> said = [];
    private readonly List<TaskReport> reported = [];
    private readonly LiveTopology live = new(First);
    private readonly LiveOrders orders;
    private long end;

    public LiveOrdersTests()
    {
        Write(VersionOf(First), Request("s", ChangeKind.Start, "", First.Version));
        live.Reported += reported.Add;
        orders = new LiveOrders(follower, new PlanShelf(), live, (_, sentence) => said.Add(sentence));
        orders.Follow();
    }

    [Fact]
    public void Tasks_prepare_switch_and_know_where_they_came_from()
    {
        Assert.Equal((First.Version, null), (live.Order.Active.Version, live.Order.Change));
        Write(VersionOf(Second), Request("c", ChangeKind.Apply, First.Version, Second.Version));
        Assert.Equal((ChangePhase.Prepare, Second.Version), (live.Order.Change!.Phase, live.Order.Change.Target.Version));
        Task changed = live.Changed;
        Write(Decision("c", ChangeVerdict.Switch));
        Assert.True(changed.IsCompleted);
        Assert.Equal((ChangePhase.Switch, First.Version), (live.Order.Change!.Phase, live.Order.Active.Version));
        Write(ControlEntry.Of("t", "c", "n9", new ChangeClosed()));
        Assert.Equal((Second.Version, null), (live.Order.Active.Version, live.Order.Change));
        Assert.Equal(First.Version, live.PlanOf(First.Version)!.Version);
    }

    [Fact]
    public void A_record_that_changes_no_order_wakes_nobody()
    {
        Write(VersionOf(Second), Request("c", ChangeKind.Apply, First.Version, Second.Version));
        Task changed = live.Changed;
        Write(ControlEntry.Of("t", new TaskReport("c", 0, TaskStage.Rebuilding, 5), "e", LogBook.Noon));
        Write(ControlEntry.Of("other", new RunRecord { Id = "r", State = RunState.Paused }));
        Assert.False(changed.IsCompleted);
        Write(ControlEntry.Of("t", new RunRecord { Id = "r", State = RunState.Paused }));
        Assert.True(changed.IsCompleted && live.Order.Paused);
        Write(ControlEntry.Of("t", new RunRecord { Id = "r", State = RunState.Draining, Until = new() { [0] = 7 } }));
        Assert.Equal((false, 7L), (live.Order.Paused, live.Order.DrainTo![0]));
    }

    [Fact]
    public void A_version_that_cannot_be_loaded_here_is_refused_once_and_the_old_one_goes_on()
    {
        Write(ControlEntry.Of("t", "ffff", new VersionRecord { Text = "topology: t\nsorce: 5" }), Request("c", ChangeKind.Apply, First.Version, "ffff"));
        Write(ControlEntry.Of("t", new RunRecord { Id = "r", State = RunState.Running }));

        TaskReport only = Assert.Single(reported);
        Assert.Equal((ChangeState.Engine, TaskStage.Failed), (only.Partition, only.Stage));
        Assert.Equal((First.Version, null, false), (live.Order.Active.Version, live.Order.Change, live.Order.Paused));
        Assert.Single(said);
    }

    [Fact]
    public void When_a_version_becomes_active_that_cannot_be_loaded_here_tasks_hold_still_and_the_reason_is_told()
    {
        Write(ControlEntry.Of("t", "ffff", new VersionRecord { Text = "topology: t\nsorce: 5" }), Request("c", ChangeKind.Apply, First.Version, "ffff"));
        Write(Decision("c", ChangeVerdict.Switch), ControlEntry.Of("t", "c", "n9", new ChangeClosed()));

        Assert.True(live.Order.Paused);
        Assert.Contains("ffff", orders.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_reports_of_progress_become_few_records_and_the_last_word_is_in_the_log()
    {
        FollowingSink sink = new(follower);
        ControlLogWriter writer = new(sink, "mm.topologies");
        Write(VersionOf(Second), Request("c", ChangeKind.Apply, First.Version, Second.Version));
        long before = follower.NextOffset;
        sink.Next = before;
        await using (TaskReportLog log = new("e", live, writer, TimeProvider.System, (_, _) => { }))
        {
            for (int i = 0; i < 10_000; i++)
            {
                live.Report(new TaskReport("c", i % 4, TaskStage.Rebuilding, i, 10_000));
            }

            live.Report(new TaskReport("c", 0, TaskStage.Ready));
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
            await follower.WhenAsync(
                "t",
                state => state.Open!.Tasks.GetValueOrDefault(0)?.Stage == "ready" && state.Open.Tasks.GetValueOrDefault(3)?.Prepare?.Offset == 9_999,
                patience.Token);
        }

        Assert.InRange(follower.NextOffset - before, 4, 40);
    }

    private sealed class FollowingSink(ControlLogFollower follower) : IRecordSink
    {
        private readonly RecordBatch batch = new();

        public long Next { get; set; }

        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => batch.Add(Next++, 0, key, value);

        public Task FlushAsync(CancellationToken stop)
        {
            follower.Read(batch);
            batch.Clear();
            return Task.CompletedTask;
        }
    }

    private void Write(params ControlEntry[] entries)
    {
        RecordBatch batch = new();
        foreach (ControlEntry entry in entries)
        {
            batch.Add(end++, 0, Encoding.UTF8.GetBytes(entry.Key.ToString()), entry.Value);
        }

        follower.Read(batch);
    }

    private static ControlEntry VersionOf(TopologyPlan plan) => ControlEntry.Of("t", plan.Version, new VersionRecord { Text = plan.ResolvedText });

    private static ControlEntry Request(string id, ChangeKind kind, string from, string to) =>
        ControlEntry.Of("t", id, new ChangeRequest { Kind = kind, From = from, To = to, Partitions = 4 });

    private static ControlEntry Decision(string id, ChangeVerdict verdict) =>
        ControlEntry.Of("t", id, $"n-{verdict}", new ChangeDecision { Verdict = verdict });
}
