using MixModeler.Streaming.Rehearse;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Tests.Topology;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Rehearse;

/// <summary>A test file that somebody spoilt is refused with a place, or is another test that runs to its end.</summary>
public sealed class TestFileFuzzTests
{
    private const int Seed = 20_261_121;
    private const int Files = 600;

    [Fact]
    public async Task A_spoilt_test_file_is_located_or_runs()
    {
        string[] written = [.. RepositoryFiles.All
            .Where(file => file.StartsWith("topologies/", StringComparison.Ordinal) && file.Contains("/tests/", StringComparison.Ordinal))];
        Random random = new(Seed);
        int refused = 0;
        int ran = 0;
        for (int i = 0; i < Files; i++)
        {
            string file = written[random.Next(written.Length)];
            string text = Mutation.Of(RepositoryFiles.Read(file), random);
            ProblemList problems = new("t.yaml");
            try
            {
                RehearsalTest? test = RehearsalReader.Read(text, new MemoryFiles(new Dictionary<string, string>()), problems);
                Assert.Equal(test is null, !problems.IsEmpty);
                Assert.All(problems.InOrder(), problem => Assert.True(problem.Line >= 1 && problem.Column >= 1 && problem.Message.Length > 0));
                refused += test is null ? 1 : 0;
                ran += test is not null && await RunsAsync(file, test) ? 1 : 0;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"seed {Seed}, file {i} ({file}): {e}\n{text}");
            }
        }

        Assert.True(refused > Files / 10 && ran > Files / 10, $"seed {Seed}: {refused} refused, {ran} ran");
    }

    private static async Task<bool> RunsAsync(string file, RehearsalTest test)
    {
        string topology = RepositoryFiles.Full(Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(file))!, "topology.yaml"));
        if (TopologyLoader.Load(topology, test.Environment).Plan is not { } plan)
        {
            return false;
        }

        RehearsedTest report = await TestRun.RunAsync(plan, test, "t", new RehearsalOptions(), TestContext.Current.CancellationToken);
        Assert.All(report.Problems, problem => Assert.True(problem.Line >= 1));
        return true;
    }
}
