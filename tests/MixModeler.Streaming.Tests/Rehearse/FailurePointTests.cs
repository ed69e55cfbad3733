using System.Text;
using MixModeler.Streaming.Rehearse;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Rehearse;

/// <summary>A failure point really ends a task, and what it must not change is really compared.</summary>
public sealed class FailurePointTests
{
    private static readonly DateTimeOffset Start = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_crash_before_a_commit_makes_the_next_task_repeat_its_outputs()
    {
        RehearsalRun run = await RunAsync(TopologyFolder.Small, FailureKind.Crash, after: 2);

        Assert.Equal(1, run.Deaths);
        // The second event's score left twice, and once for the consumer.
        Assert.Equal(1, run.Replayed);
        Assert.Equal(3, run.Outputs.Count(record => record.Topic == "mm.scores"));
        Assert.Empty(run.Contradictions);
    }

    [Fact]
    public async Task A_crash_after_a_commit_repeats_nothing()
    {
        RehearsalRun run = await RunAsync(TopologyFolder.Small, FailureKind.CrashAfterCommit, after: 2);

        Assert.Equal((1, 0), (run.Deaths, run.Replayed));
        Assert.Equal(3, run.Outputs.Count(record => record.Topic == "mm.scores"));
    }

    [Fact]
    public async Task Every_commit_dies_once()
    {
        RehearsalRun run = await RunAsync(TopologyFolder.Small, FailureKind.Crash, after: 0);

        Assert.Equal(3, run.Events.Deaths);
        Assert.Equal(3, run.Replayed);
    }

    [Fact]
    public async Task A_difference_that_failures_make_is_found()
    {
        string keepsAll = TopologyFolder.Small.Replace("deduplicate: 1d", "deduplicate: 0s", StringComparison.Ordinal);
        RehearsalRun undisturbed = await RunAsync(keepsAll, FailureKind.Crash, after: 99);
        RehearsalRun doubled = await RunAsync(keepsAll, FailureKind.DuplicateDelivery, after: 0);

        List<string> differences = await RunComparison.DifferencesAsync(undisturbed, doubled, TestContext.Current.CancellationToken);

        Assert.StartsWith("mm.scores: with failures there are 6 records, without 3; record 2 is", differences[0], StringComparison.Ordinal);
        Assert.Contains("the state of 'anna' (events) is another one with failures than without", differences);
    }

    [Fact]
    public async Task A_test_fails_where_its_topology_cannot_bear_a_failure()
    {
        using TopologyFolder folder = new(TopologyFolder.Small.Replace("deduplicate: 1d", "deduplicate: 0s", StringComparison.Ordinal));

        (RehearsalReport report, string[] said) = await folder.TestAsync("""
            test: t
            start: 2026-09-01T00:00:00Z
            events: [ { value: { eventType: click, user: anna } } ]
            failures: [ { every: event, kind: duplicate-delivery } ]
            expect: { state: { anna: { features: { clicks: 2 } } } }
            """);

        Assert.Equal((0, 1), (report.Passed, report.Failed));
        Assert.StartsWith("tests/t.yaml:1:1: mm.scores: with failures there are 2 records, without 1", said[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_that_never_came_fails_its_test()
    {
        using TopologyFolder folder = new();

        // What is refused has no id to be recognised by, so it is not delivered twice.
        (RehearsalReport report, string[] said) = await folder.TestAsync("""
            test: t
            start: 2026-09-01T00:00:00Z
            events: [ { raw: "no event" } ]
            failures: [ { after: 1, kind: duplicate-delivery } ]
            expect: { counts: { mm.deadletter: 1 } }
            """);

        Assert.Equal(1, report.Failed);
        Assert.StartsWith("tests/t.yaml:4:13: this failure never came", Assert.Single(said), StringComparison.Ordinal);
    }

    private static async Task<RehearsalRun> RunAsync(string topology, FailureKind kind, int after)
    {
        TopologyPlan plan = TopologyLoader.Parse(topology, "t.yaml").Plan!;
        RehearsalRun run = new(plan, new FailurePlan([new FailurePoint(kind, after, default)]), Start);
        RehearsalStep[] steps = [.. Enumerable.Range(1, 3).Select(minute =>
        {
            DateTimeOffset at = Start.AddMinutes(minute);
            return new RehearsalStep(at, Encoding.UTF8.GetBytes($$"""{"_id":"{{minute}}","eventType":"click","timestamp":"{{at:yyyy-MM-dd'T'HH:mm:ss'Z'}}","user":"anna"}"""));
        })];
        await run.RunAsync(steps, TestContext.Current.CancellationToken);
        return run;
    }
}
