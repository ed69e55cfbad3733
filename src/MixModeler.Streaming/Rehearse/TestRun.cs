using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>Runs one test: undisturbed, with its failure points, and on demand with a crash at every commit.</summary>
internal static class TestRun
{
    /// <param name="plan">The topology.</param>
    /// <param name="test">What to do, and what should come of it.</param>
    /// <param name="folder">The topology's.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<RehearsedTest> RunAsync(
        TopologyPlan plan, RehearsalTest test, string folder, RehearsalOptions options, CancellationToken stop)
    {
        bool withFailures = options.WithFailures;
        string topology = Path.GetFileName(Path.GetFullPath(folder));
        ProblemList problems = new(test.Place.File);
        if (!RehearsedDatasets.Check(plan, test.Steps, problems))
        {
            return new RehearsedTest(topology, test.Name, test.Place.File, [.. problems.InOrder()], 0);
        }

        RehearsalRun undisturbed = await RunAsync(plan, test, FailurePlan.None, refused: null, stop);
        RehearsalRun expected = undisturbed;
        int deaths = 0;
        if (!test.Failures.IsEmpty)
        {
            FailurePlan failures = new(test.Failures);
            expected = await DisturbAsync(plan, test, failures, undisturbed, problems, stop);
            deaths += expected.Deaths;
            foreach (FailurePoint missed in failures.Missed)
            {
                problems.Add(missed.Place, "this failure never came: no commit, or no event that may come twice, was there");
            }
        }

        KeptState kept = await KeptState.ReadAsync(plan, expected, stop);
        new ExpectationCheck(plan, expected, kept, problems).Check(test.Expect);
        if (!test.Expect.Harmonized.IsEmpty)
        {
            GridCheck grids = new((await expected.TableAsync(stop)).Table, Path.Combine(folder, "tests"), options.Accepts, problems);
            await grids.CheckAsync(test.Expect.Harmonized, stop);
        }

        await new InsightCheck(new RehearsedMeasurements(plan, expected), problems).CheckAsync(test.Expect.Insights, stop);
        foreach (FailureKind kind in withFailures ? [FailureKind.Crash, FailureKind.CrashAfterCommit] : Array.Empty<FailureKind>())
        {
            RehearsalRun disturbed = await DisturbAsync(plan, test, new FailurePlan([new FailurePoint(kind, 0, test.Place)]), undisturbed, problems, stop);
            deaths += disturbed.Deaths;
        }

        return new RehearsedTest(topology, test.Name, test.Place.File, [.. problems.InOrder()], deaths);
    }

    private static async Task<RehearsalRun> DisturbAsync(
        TopologyPlan plan, RehearsalTest test, FailurePlan failures, RehearsalRun undisturbed, ProblemList problems, CancellationToken stop)
    {
        RehearsalRun disturbed = await RunAsync(plan, test, failures, RefusedBy(undisturbed), stop);
        foreach (string difference in await RunComparison.DifferencesAsync(undisturbed, disturbed, stop))
        {
            problems.Add(test.Place, difference);
        }

        return disturbed;
    }

    private static async Task<RehearsalRun> RunAsync(
        TopologyPlan plan, RehearsalTest test, FailurePlan failures, IReadOnlySet<int>? refused, CancellationToken stop)
    {
        RehearsalRun run = new(plan, failures, test.Start) { Refused = refused, Profiles = test.Profiles };
        await run.RunAsync(test.Steps, stop);
        return run;
    }

    // Numbers of the events that were dead letters before any node saw them: those have no id, or no place in time.
    private static HashSet<int> RefusedBy(RehearsalRun run) =>
    [
        .. run.Outputs
            .Select(record => record.Json)
            .Where(json => json.ValueKind == JsonValueKind.Object && json.TryGetProperty("reason", out _) && !json.TryGetProperty("node", out _))
            .Select(json => run.NumberAt(json.GetProperty("offset").GetInt64())),
    ];
}
