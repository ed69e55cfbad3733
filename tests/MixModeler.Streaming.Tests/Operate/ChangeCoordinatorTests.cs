using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Operate;

public sealed class ChangeCoordinatorTests
{
    private readonly LogBook log = new();
    private readonly ChangeCoordinator coordinator = new("c", (_, _) => null, TimeSpan.FromSeconds(60));
    private DateTimeOffset now = LogBook.Noon;

    public ChangeCoordinatorTests() => log.Start("v1");

    [Fact]
    public void It_switches_when_every_partition_is_ready_and_closes_when_every_one_has_switched()
    {
        log.Ask("a", "v1", "v2");
        Assert.False(Step());
        Tell(0, TaskStage.Ready);
        Assert.False(Step());
        Tell(1, TaskStage.Ready);
        Assert.True(Step());
        Assert.Equal(ChangeStage.Switching, log.State.Changes["a"].Stage);
        Tell(0, TaskStage.Switched);
        Assert.False(Step());
        Tell(1, TaskStage.Switched);
        Assert.True(Step());

        Assert.Equal("v2", log.State.Active);
        Assert.False(Step());
    }

    [Fact]
    public void A_task_that_fails_ends_the_change_with_its_reason()
    {
        log.Ask("a", "v1", "v2");
        Tell(0, TaskStage.Ready);
        log.Add(ControlEntry.Of(LogBook.Name, new TaskReport("a", 1, TaskStage.Failed, Problem: "no such field"), "e", now));
        Assert.True(Step());

        Assert.Equal(ChangeStage.Abandoned, log.State.Changes["a"].Stage);
        Assert.Contains("partition 1", log.State.Changes["a"].Reason, StringComparison.Ordinal);
        Assert.Contains("no such field", log.State.Changes["a"].Reason, StringComparison.Ordinal);
        Assert.Equal("v1", log.State.Active);
    }

    [Fact]
    public void Silence_ends_a_change_and_progress_renews_patience()
    {
        log.Ask("a", "v1", "v2");
        for (int i = 0; i < 10; i++)
        {
            Tell(0, TaskStage.Rebuilding, i);
            Assert.False(Step());
            now += TimeSpan.FromSeconds(50);
            Assert.False(Step());
        }

        now += TimeSpan.FromSeconds(11);
        Assert.True(Step());
        Assert.Contains("partition 0, partition 1", log.State.Changes["a"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shadow_change_waits_for_its_promotion_however_long_it_takes()
    {
        log.Ask("a", "v1", "v2", shadow: true);
        Tell(0, TaskStage.Ready);
        Tell(1, TaskStage.Ready);
        Assert.False(Step());
        now += TimeSpan.FromDays(3);
        Assert.False(Step());
        log.Decide("a", "person", ChangeVerdict.Promote);
        Assert.True(Step());
        Assert.Equal(ChangeStage.Switching, log.State.Changes["a"].Stage);
        Assert.Equal("person", log.State.Changes["a"].PromotedBy);
    }

    [Fact]
    public void A_change_that_may_not_be_made_is_abandoned_at_once()
    {
        ChangeCoordinator strict = new("s", (_, change) => change.Request.To == "bad" ? "it is bad" : null, TimeSpan.FromSeconds(60));
        log.Ask("a", "v1", "bad");
        log.Add(strict.Next(log.State, now)!);
        Assert.Equal("it is bad", log.State.Changes["a"].Reason);
    }

    [Fact]
    public void It_does_not_write_the_same_again_before_the_log_had_time_to_answer()
    {
        log.Ask("a", "v1", "v2");
        Tell(0, TaskStage.Ready);
        Tell(1, TaskStage.Ready);
        TopologyState seen = log.State;
        ControlEntry first = coordinator.Next(seen, now)!;
        Assert.Null(coordinator.Next(seen, now));
        now += TimeSpan.FromSeconds(6);
        ControlEntry again = coordinator.Next(seen, now)!;
        Assert.NotEqual(first.Key, again.Key);
    }

    /// <summary>Two coordinators, tasks and people over one log, each seeing it late, any of them dying at any step.</summary>
    [Fact]
    public void Whoever_dies_whenever_every_change_has_exactly_one_outcome_and_every_task_runs_what_the_log_says()
    {
        Dictionary<ChangeStage, int> outcomes = [];
        for (int seed = 0; seed < 400; seed++)
        {
            CoordinatorWorld world = new(seed);
            world.Disturb(steps: 250);
            world.Settle();
            foreach ((ChangeStage outcome, int count) in world.Check())
            {
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + count;
            }
        }

        // The worlds are worth nothing if one kind of end never comes.
        Assert.True(outcomes.GetValueOrDefault(ChangeStage.Done) > 500, $"done {outcomes.GetValueOrDefault(ChangeStage.Done)}");
        Assert.True(outcomes.GetValueOrDefault(ChangeStage.Abandoned) > 500, $"abandoned {outcomes.GetValueOrDefault(ChangeStage.Abandoned)}");
        Assert.True(outcomes.GetValueOrDefault(ChangeStage.Refused) > 50, $"refused {outcomes.GetValueOrDefault(ChangeStage.Refused)}");
    }

    [Fact]
    public void A_coordinator_that_dies_at_any_step_is_followed_by_one_that_finishes()
    {
        for (int death = 0; death < 12; death++)
        {
            for (int afterWriting = 0; afterWriting < 2; afterWriting++)
            {
                LogBook book = new();
                book.Start("v1");
                book.Ask("a", "v1", "v2", partitions: 1);
                int step = 0;
                ChangeCoordinator alive = new("first", (_, _) => null, TimeSpan.FromSeconds(60));
                void Turn()
                {
                    ControlEntry? entry = alive.Next(book.State, LogBook.Noon);
                    bool dies = step++ == death;
                    if (entry is not null && (!dies || afterWriting == 1))
                    {
                        book.Add(entry);
                    }

                    alive = dies ? new("second", (_, _) => null, TimeSpan.FromSeconds(60)) : alive;
                }

                Turn();
                book.Add(ControlEntry.Of(LogBook.Name, new TaskReport("a", 0, TaskStage.Ready), "e", LogBook.Noon));
                Turn();
                Turn();
                book.Add(ControlEntry.Of(LogBook.Name, new TaskReport("a", 0, TaskStage.Switched), "e", LogBook.Noon));
                Turn();
                Turn();
                Turn();
                Assert.Equal("v2", book.State.Active);
                Assert.Single(book.Records, record => record.Entry.Key.Kind == ControlKeyKind.Closed);
            }
        }
    }

    private bool Step()
    {
        ControlEntry? entry = coordinator.Next(log.State, now);
        if (entry is not null)
        {
            log.Add(entry);
        }

        return entry is not null;
    }

    private void Tell(int partition, TaskStage stage, long offset = 0) =>
        log.Add(ControlEntry.Of(LogBook.Name, new TaskReport("a", partition, stage, offset), "e", now));
}
