using System.Text.RegularExpressions;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

/// <summary>The examples of these pages are files: their first line is their name.</summary>
public sealed partial class DocumentedTopologyTests
{
    private static readonly string Pages = RepositoryFiles.Read("docs/topologies.md") + RepositoryFiles.Read("docs/harmonize.md");

    private static readonly Dictionary<string, string> Files = Example().Matches(Pages)
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["text"].Value);

    public static TheoryData<string, string?> Topologies() => new()
    {
        { "shop", null }, { "sources", null }, { "nodes", null }, { "spend", null }, { "media", null }, { "several", null }, { "several", "test" }, { "several", "prod" },
    };

    [Theory]
    [MemberData(nameof(Topologies))]
    public void An_example_is_valid(string folder, string? environment)
    {
        TopologyResult result = Load(folder, environment);

        Assert.True(result.IsValid, string.Join('\n', result.Problems));
    }

    [Fact]
    public void No_example_is_left_out()
    {
        Assert.Equal(Regex.Count(Pages, "^```yaml", RegexOptions.Multiline), Files.Count);
        Assert.Equal(
            Topologies().Select(row => row.Data.Item1).Distinct().Order(),
            Files.Keys.Select(name => name.Split('/')[0]).Distinct().Order());
    }

    [Fact]
    public void An_example_does_what_is_said_of_it()
    {
        TopologyPlan test = Load("several", "test").Plan!;
        TopologyPlan prod = Load("several", "prod").Plan!;

        Assert.Equal(["emailsOpened", "emailsClicked", "visits", "probes"], test.Schema.Features.Select(feature => feature.Name));
        Assert.Equal(("test.scores", "mm.scores"), (test.Topics.Scores, prod.Topics.Scores));
        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.FromDays(1)), (test.Source.Lateness, prod.Source.Lateness));
        Assert.Equal(
            ["events.out -> botFilter.in", "events.out -> mirror.in", "botFilter.out -> profile.in", "botFilter.errors -> dead-letter.in"],
            Load("nodes", null).Plan!.Graph.Edges.Where(edge => !edge.IsImplied).Select(edge => edge.ToString()));
    }

    private static TopologyResult Load(string folder, string? environment) => TopologyLoader.Parse(
        Files
            .Where(file => file.Key.StartsWith(folder + "/", StringComparison.Ordinal))
            .ToDictionary(file => file.Key[(folder.Length + 1)..], file => file.Value),
        "topology.yaml",
        environment);

    [GeneratedRegex(@"^```yaml\n(?<text># (?<name>\S+)\n.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
