using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>
/// Tests of topologies without servers: `events.jsonl` with `expected.jsonl`, and every `tests/*.yaml` beside a topology. Nothing
/// in it waits for time to pass.
/// </summary>
public static class Rehearsal
{
    public const string TopologyFile = "topology.yaml";

    /// <summary>The folders of topologies in a folder.</summary>
    public static IReadOnlyList<string> FoldersIn(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetDirectories(folder).Where(its => File.Exists(Path.Combine(its, TopologyFile))).Order(StringComparer.Ordinal)]
        : [];

    /// <param name="paths">Folders with a topology.yaml, or topology files.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<RehearsalReport> RunAsync(IEnumerable<string> paths, RehearsalOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        List<RehearsedTest> tests = [];
        List<Problem> invalid = [];
        foreach (string path in paths)
        {
            string file = Directory.Exists(path) ? Path.Combine(path, TopologyFile) : path;
            await RunAsync(file, options, tests, invalid, stop);
        }

        return new RehearsalReport([.. tests], [.. invalid.Distinct()]);
    }

    private static async Task RunAsync(string file, RehearsalOptions options, List<RehearsedTest> tests, List<Problem> invalid, CancellationToken stop)
    {
        string folder = Path.GetDirectoryName(file) is { Length: > 0 } its ? its : ".";
        TopologyResult topology = TopologyLoader.Load(file, options.Environment);
        if (topology.Plan is not { } plan)
        {
            invalid.AddRange(topology.Problems);
            return;
        }

        // The sample is one of the topology as it stands, without an environment.
        if (GoldenSample.Exists(folder) && options.Environment is null)
        {
            tests.Add(await GoldenSample.RunAsync(plan, folder, options, stop));
        }

        DiskFiles beside = new(Path.Combine(folder, "tests"));
        foreach (string name in beside.Match("", "*.yaml"))
        {
            ProblemList problems = new(beside.Shown(name));
            string? text = beside.Read(name, problems);
            if (text is null || RehearsalReader.Read(text, beside, problems) is not { } test)
            {
                invalid.AddRange(problems.InOrder());
                continue;
            }

            TopologyResult inItsEnvironment = test.Environment is { } other && other != options.Environment ? TopologyLoader.Load(file, other) : topology;
            if (inItsEnvironment.Plan is { } itsPlan)
            {
                tests.Add(await TestRun.RunAsync(itsPlan, test, folder, options, stop));
            }
            else
            {
                invalid.AddRange(inItsEnvironment.Problems);
            }
        }
    }
}
