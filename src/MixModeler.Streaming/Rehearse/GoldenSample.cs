using System.Globalization;
using System.Text;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>
/// `events.jsonl` and `expected.jsonl` beside a topology: every record that leaves, but models, in the order in which it leaves,
/// as `TOPIC VALUE` a line.
/// </summary>
internal static class GoldenSample
{
    public const string Name = "events.jsonl gives expected.jsonl";
    private const string EventsFile = "events.jsonl";
    private const string ExpectedFile = "expected.jsonl";

    // Events of a sample are of the past, so that none lies in the future, and every run is of the same day.
    private static readonly DateTimeOffset Day = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    // More than one, so that a task that dies leaves events undone that others were done with.
    private const int RecordsPerCommit = 7;

    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, EventsFile));

    public static async Task<RehearsedTest> RunAsync(TopologyPlan plan, string folder, RehearsalOptions options, CancellationToken stop)
    {
        string file = Path.Combine(folder, ExpectedFile);
        ProblemList problems = new(file);
        string found = await OutputAsync(plan, Path.Combine(folder, EventsFile), stop);
        if (options.Accepts)
        {
            await File.WriteAllTextAsync(file, found, stop);
        }

        Compare(File.Exists(file) ? await File.ReadAllTextAsync(file, stop) : "", found, problems);
        int deaths = options.WithFailures ? await FailAsync(plan, Path.Combine(folder, EventsFile), problems, stop) : 0;
        return new RehearsedTest(Path.GetFileName(folder), Name, file, [.. problems.InOrder()], deaths);
    }

    /// <summary>What a run over the events gives.</summary>
    private static async Task<string> OutputAsync(TopologyPlan plan, string eventsFile, CancellationToken stop)
    {
        StringBuilder found = new();
        LocalRun run = new(
            plan,
            (topic, record) =>
            {
                // Models are numbers of many digits; the learner has tests of its own.
                if (topic != plan.Topics.Models)
                {
                    found.Append(topic).Append(' ').Append(Encoding.UTF8.GetString(record.Span)).Append('\n');
                }
            },
            new VirtualClock(Day));
        await using FileStream events = File.OpenRead(eventsFile);
        await run.RunAsync(events, stop);
        return found.ToString();
    }

    private static void Compare(string expected, string found, ProblemList problems)
    {
        string[] wanted = expected.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] got = found.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int same = wanted.Zip(got).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same < wanted.Length || same < got.Length)
        {
            string At(string[] lines) => same < lines.Length ? lines[same] : "nothing";
            problems.Add(same + 1, 1, string.Create(CultureInfo.InvariantCulture, $"came {At(got)}, expected {At(wanted)} ({got.Length} records came, expected {wanted.Length}); --accept writes the file anew"));
        }
    }

    private static async Task<int> FailAsync(TopologyPlan plan, string eventsFile, ProblemList problems, CancellationToken stop)
    {
        string[] lines = await File.ReadAllLinesAsync(eventsFile, stop);
        RehearsalStep[] steps = [.. lines.Select(line => new RehearsalStep(Day, Encoding.UTF8.GetBytes(line)))];
        RehearsalRun undisturbed = await RunAsync(plan, FailurePlan.None, steps, stop);
        int deaths = 0;
        foreach (FailureKind kind in new[] { FailureKind.Crash, FailureKind.CrashAfterCommit })
        {
            RehearsalRun disturbed = await RunAsync(plan, new FailurePlan([new FailurePoint(kind, 0, default)]), steps, stop);
            deaths += disturbed.Deaths;
            foreach (string difference in await RunComparison.DifferencesAsync(undisturbed, disturbed, stop))
            {
                problems.Add(1, 1, difference);
            }
        }

        return deaths;
    }

    private static async Task<RehearsalRun> RunAsync(TopologyPlan plan, FailurePlan failures, RehearsalStep[] steps, CancellationToken stop)
    {
        RehearsalRun run = new(plan, failures, Day) { RecordsPerCommit = RecordsPerCommit, EventsPerLesson = Ingest.RecordBatch.RecordsMax };
        await run.RunAsync(steps, stop);
        return run;
    }
}
