using System.Text;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

/// <summary>
/// Every shipped topology with a sample of events gives what its expected.jsonl says: scores, examples and dead letters, in
/// the order in which they leave. `MIXMODELER_ACCEPT=1` writes the files anew, for reading the difference.
/// </summary>
public class GoldenTopologyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Folders() =>
        [.. Directory.GetDirectories(RepositoryFiles.Full("topologies"))
            .Where(f => File.Exists(Path.Combine(f, "events.jsonl")))
            .Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task A_topology_gives_what_its_sample_says(string name)
    {
        string folder = RepositoryFiles.Full($"topologies/{name}");
        TopologyPlan topology = TopologyLoader.Load(Path.Combine(folder, "topology.yaml")).Plan!;
        StringBuilder found = new();
        LocalRun run = new(
            topology,
            (topic, record) =>
            {
                // Models are numbers of many digits; the learner has tests of its own.
                if (topic != topology.Topics.Models)
                {
                    found.Append(topic).Append(' ').Append(Encoding.UTF8.GetString(record.Span)).Append('\n');
                }
            },
            new FixedTime());
        await using FileStream events = File.OpenRead(Path.Combine(folder, "events.jsonl"));
        await run.RunAsync(events, TestContext.Current.CancellationToken);
        string expected = Path.Combine(folder, "expected.jsonl");
        if (Environment.GetEnvironmentVariable("MIXMODELER_ACCEPT") == "1")
        {
            await File.WriteAllTextAsync(expected, found.ToString(), TestContext.Current.CancellationToken);
        }

        Assert.Equal(await File.ReadAllTextAsync(expected, TestContext.Current.CancellationToken), found.ToString());
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
