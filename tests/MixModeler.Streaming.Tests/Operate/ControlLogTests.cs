using System.Text;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Operate;

public sealed class ControlLogTests
{
    private readonly LogBook log = new();

    [Fact]
    public void The_first_start_decides_what_runs()
    {
        log.Start("v1");
        log.Start("v2");

        Assert.Equal("v1", log.State.Active);
        Assert.Equal(1, log.State.Sequence);
        Assert.Equal(ChangeStage.Refused, log.State.Changes[log.State.Order[1]].Stage);
    }

    [Fact]
    public void A_change_is_active_when_it_is_closed_and_not_before()
    {
        log.Start("v1");
        log.Ask("c", "v1", "v2");
        Assert.Equal(ChangeStage.Preparing, log.State.Open!.Stage);
        log.Close("c", "too early");
        Assert.Equal("v1", log.State.Active);
        log.Decide("c", "x-1", ChangeVerdict.Switch);
        Assert.Equal(("v1", ChangeStage.Switching), (log.State.Active, log.State.Open!.Stage));
        log.Close("c", "x-2");

        Assert.Equal(("v2", 3L), (log.State.Active, log.State.Sequence));
        Assert.Null(log.State.Open);
        Assert.Equal("v1", log.State.Previous);
    }

    [Theory]
    [InlineData(ChangeVerdict.Switch, ChangeVerdict.Abandon, ChangeStage.Switching)]
    [InlineData(ChangeVerdict.Abandon, ChangeVerdict.Switch, ChangeStage.Abandoned)]
    public void The_first_final_decision_counts(ChangeVerdict first, ChangeVerdict second, ChangeStage expected)
    {
        log.Start("v1");
        log.Ask("c", "v1", "v2");
        log.Decide("c", "a-1", first, "first");
        log.Decide("c", "b-1", second, "second");

        Assert.Equal(expected, log.State.Changes["c"].Stage);
        Assert.Equal("first", log.State.Changes["c"].Reason);
    }

    [Fact]
    public void A_second_change_is_refused_while_one_is_open_and_so_is_one_that_saw_an_older_sequence()
    {
        log.Start("v1");
        log.Ask("a", "v1", "v2", after: 1);
        log.Ask("b", "v1", "v3");
        log.Decide("a", "x", ChangeVerdict.Abandon, "no");
        log.Ask("stale", "v1", "v3", after: 1);
        log.Ask("wrong", "v0", "v3");
        log.Ask("fresh", "v1", "v3", after: 3);

        TopologyState state = log.State;
        Assert.Equal((ChangeStage.Refused, false), (state.Changes["b"].Stage, state.Changes["b"].WasStale));
        Assert.Equal((ChangeStage.Refused, true), (state.Changes["stale"].Stage, state.Changes["stale"].WasStale));
        Assert.Equal((ChangeStage.Refused, true), (state.Changes["wrong"].Stage, state.Changes["wrong"].WasStale));
        Assert.Equal("fresh", state.Open!.Id);
    }

    [Fact]
    public void What_a_predecessor_says_late_does_not_undo_a_switch()
    {
        log.Start("v1");
        log.Ask("c", "v1", "v2", partitions: 1);
        log.Decide("c", "x", ChangeVerdict.Switch);
        Tell(new TaskReport("c", 0, TaskStage.Switched, 10, PauseMicros: 3_000));
        Tell(new TaskReport("c", 0, TaskStage.Rebuilding, 5, 10));

        Assert.True(log.State.Open!.HasSwitched);
        Assert.True(LogBook.Fold(log.Compacted).Open!.HasSwitched);
        Assert.Equal(3_000, ControlView.Of(log.State.Open).MeasuredPauseMicros);
    }

    [Fact]
    public void Records_that_are_not_understood_are_passed_over_with_a_sentence()
    {
        log.Start("v1");
        TopologyState before = log.State;
        foreach (string json in (string[])["", "{", "null", "[]", "{}", "{\"kind\":\"apply\"}", "{\"kind\":9,\"to\":\"x\"}", "{\"kind\":\"apply\",\"to\":null}",
            "{\"kind\":\"apply\",\"to\":\"x\",\"partitions\":-1}", "{\"stage\":null}", "{\"text\":null}", "{\"id\":\"x\",\"state\":7}"])
        {
            foreach (string key in (string[])["t/version/x", "t/change/x/request", "t/change/x/task/0", "t/run"])
            {
                Assert.True(ControlKey.TryParse(Encoding.UTF8.GetBytes(key), out ControlKey parsed));
                TopologyState after = ControlLog.Fold(before, 99, parsed, Encoding.UTF8.GetBytes(json), out string? complaint);
                Assert.Same(before, after);
                Assert.Equal(json.Length == 0, complaint is null);
            }
        }

        foreach (string key in (string[])["", "/", "t/", "t//x", "t/version", "t/change/x", "t/change/x/task/a", "t/other/x", new string('t', 600)])
        {
            Assert.False(ControlKey.TryParse(Encoding.UTF8.GetBytes(key), out _), key);
        }

        Assert.False(ControlKey.TryParse([(byte)'t', 0xFF], out _));
    }

    [Fact]
    public void A_key_reads_back_as_it_was_written()
    {
        foreach (ControlKey key in (ControlKey[])[
            ControlKey.OfVersion("t", "v"), ControlKey.OfRequest("t", "c"), ControlKey.OfRun("t"), ControlKey.OfDrained("t", 3),
            ControlKey.OfTask("t", "c", TaskStage.Ready, -1), ControlKey.OfTask("t", "c", TaskStage.Switched, 7),
            ControlKey.OfTask("t", "c", TaskStage.Migrated, 7), ControlKey.OfDecision("t", "c", "n"), ControlKey.OfClosed("t", "c", "n")])
        {
            Assert.True(ControlKey.TryParse(Encoding.UTF8.GetBytes(key.ToString()), out ControlKey parsed));
            Assert.Equal(key, parsed);
        }
    }

    [Fact]
    public void A_drain_is_over_when_every_partition_has_answered_to_this_drain()
    {
        log.Start("v1");
        log.Add(ControlEntry.Of(LogBook.Name, new RunRecord { Id = "r1", State = RunState.Draining, Until = new() { [0] = 5, [1] = 7 } }));
        log.Add(ControlEntry.Of(LogBook.Name, 0, new DrainedRecord { Run = "r1", Offset = 5 }));
        log.Add(ControlEntry.Of(LogBook.Name, 1, new DrainedRecord { Run = "r0", Offset = 7 }));
        Assert.False(log.State.IsDrained);
        log.Add(ControlEntry.Of(LogBook.Name, 1, new DrainedRecord { Run = "r1", Offset = 7 }));
        Assert.True(log.State.IsDrained);
    }

    [Fact]
    public void Any_log_means_the_same_to_everybody_compacted_or_not_and_every_prefix_is_sound()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            LogBook book = RandomLog(random);
            TopologyState state = new() { Name = LogBook.Name };
            foreach ((long offset, ControlEntry entry) in book.Records)
            {
                state = ControlLog.Fold(state, offset, entry.Key, entry.Value, out _);
                AssertSound(state, seed);
                if (entry.Key.Kind != ControlKeyKind.Run)
                {
                    // The same record once more says nothing new.
                    TopologyState twice = ControlLog.Fold(state, offset, entry.Key, entry.Value, out _);
                    Assert.True(LogBook.Shown(state) == LogBook.Shown(twice), $"seed {seed}: {entry.Key} twice");
                }
            }

            Assert.True(LogBook.Shown(state) == LogBook.Shown(LogBook.Fold(book.Records)), $"seed {seed}: replayed");
            Assert.True(LogBook.Shown(state) == LogBook.Shown(LogBook.Fold(book.Compacted)), $"seed {seed}: compacted");
        }
    }

    private static void AssertSound(TopologyState state, int seed)
    {
        int open = state.Changes.Values.Count(change => change.IsOpen);
        Assert.True(open == (state.Open is null ? 0 : 1), $"seed {seed}: {open} open changes");
        int began = state.Changes.Values.Count(change => change.Stage != ChangeStage.Refused);
        int ended = state.Changes.Values.Count(change => change.Request.Kind != ChangeKind.Start && change.Stage is ChangeStage.Done or ChangeStage.Abandoned);
        Assert.True(state.Sequence == began + ended, $"seed {seed}: sequence {state.Sequence}");
        Assert.True(state.Active is null == !state.Changes.Values.Any(IsStart), $"seed {seed}: active without a start");
        static bool IsStart(ChangeState change) => change.Request.Kind == ChangeKind.Start && change.Stage == ChangeStage.Done;
    }

    // Anything in any order, as several engines, coordinators and people that know nothing of each other would write it.
    private static LogBook RandomLog(Random random)
    {
        LogBook book = new();
        for (int i = 0; i < 60; i++)
        {
            string id = $"c{random.Next(6)}";
            string version = $"v{random.Next(4)}";
            switch (random.Next(10))
            {
                case 0:
                    book.AddVersion(version);
                    break;
                case 1:
                    book.Start(version);
                    break;
                case 2 or 3:
                    string from = random.Next(3) == 0 ? version : book.State.Active ?? "v0";
                    book.Ask($"c{i}", from, $"v{random.Next(4)}", random.Next(2) == 0, random.Next(3) == 0 ? random.Next(8) : null);
                    break;
                case 4 or 5:
                    id = book.State.OpenId ?? id;
                    book.Decide(id, $"n{i}", (ChangeVerdict)random.Next(3), $"reason {i}");
                    break;
                case 6:
                    book.Close(book.State.OpenId ?? id, $"n{i}");
                    break;
                case 7:
                    RunRecord run = new() { Id = $"r{i}", State = (RunState)random.Next(3), Until = new() { [0] = i } };
                    book.Add(ControlEntry.Of(LogBook.Name, run));
                    break;
                default:
                    TaskReport report = new(book.State.OpenId ?? id, random.Next(2), (TaskStage)random.Next(5), i);
                    book.Add(ControlEntry.Of(LogBook.Name, report, "e", LogBook.Noon));
                    break;
            }
        }

        return book;
    }

    private void Tell(TaskReport report) => log.Add(ControlEntry.Of(LogBook.Name, report, "engine", LogBook.Noon));
}
