using MixModeler.Streaming.Rehearse;
using MixModeler.Streaming.Tests.Repository;

namespace MixModeler.Streaming.Tests.Topology;

/// <summary>
/// Every shipped topology does what its sample and its tests say, undisturbed, with the failure points of its tests, and with a crash
/// before and after every commit. `MIXMODELER_ACCEPT=1` writes expected.jsonl anew, for reading the difference.
/// </summary>
public class GoldenTopologyTests
{
    public static TheoryData<string> Folders() =>
        [.. Rehearsal.FoldersIn(RepositoryFiles.Full("topologies")).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task A_topology_does_what_its_sample_and_its_tests_say(string name)
    {
        RehearsalOptions options = new(WithFailures: true, Accepts: Environment.GetEnvironmentVariable("MIXMODELER_ACCEPT") == "1");

        RehearsalReport report = await Rehearsal.RunAsync([RepositoryFiles.Full($"topologies/{name}")], options, TestContext.Current.CancellationToken);

        Assert.True(report.IsValid, string.Join('\n', report.Invalid));
        Assert.True(report.Failed == 0, string.Join('\n', report.Lines()));
        Assert.True(report.Tests.Length > 1 && report.Tests.All(test => test.Deaths > 0), "a shipped topology has a sample and tests, and failures reach them");
    }

    [Fact]
    public void There_are_topologies_to_start_from() =>
        Assert.Equal(["attribution", "luma-propensity", "marketing-mix", "personalization", "spend-harmonization", "spend-reports"], Folders().Select(row => row.Data).Order());
}
