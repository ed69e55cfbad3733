using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

public sealed class BundleTests
{
    private const string Main = """
        topology: small
        tenant: acme
        include: [parts/a.yaml, parts/b.yaml]
        source: { identity: [_acme.id] }
        """;

    private const string PartA = "features:\n  - { name: visits, count: visit }\n";
    private const string PartB = "features:\n  - { name: orders, count: order }\nmodel:\n  name: buys\n  label: { event: order }\n";

    [Fact]
    public void Included_files_are_read_as_if_they_stood_at_the_top()
    {
        TopologyPlan plan = Valid(Parse(Main, ("parts/a.yaml", PartA), ("parts/b.yaml", PartB)));

        Assert.Equal(["visits", "orders"], plan.Schema.Features.Select(feature => feature.Name));
        Assert.Equal("buys", plan.Model!.Name);
    }

    [Fact]
    public void A_pattern_includes_files_in_the_order_of_their_names_and_includes_may_include()
    {
        string main = Main.Replace("[parts/a.yaml, parts/b.yaml]", "[parts/*.yaml]", StringComparison.Ordinal) + "\nfeatures: [{ name: last, count: last }]";
        TopologyPlan plan = Valid(Parse(
            main, ("parts/b.yaml", PartA), ("parts/a.yaml", "include: [../more/deep.yaml]\n" + PartB), ("more/deep.yaml", "features: [{ name: deep, count: x }]")));

        Assert.Equal(["deep", "orders", "visits", "last"], plan.Schema.Features.Select(feature => feature.Name));
    }

    [Theory]
    // What is included.
    [InlineData("[parts/c.yaml]", "", "", "topology.yaml:3:11: there is no file 'parts/c.yaml' in the topology's folder; did you mean 'parts/a.yaml'?")]
    [InlineData("[none/*.yaml]", "", "", "topology.yaml:3:11: no file is named like 'none/*.yaml'")]
    [InlineData("[../other.yaml]", "", "", "topology.yaml:3:11: '../other.yaml' leads out of the topology's folder")]
    [InlineData("[/etc/passwd]", "", "", "topology.yaml:3:11: '/etc/passwd' leads out of the topology's folder")]
    [InlineData("['C:\\x.yaml']", "", "", "topology.yaml:3:11: 'C:\\x.yaml' leads out of the topology's folder")]
    [InlineData("[parts/a.yaml, parts/a.yaml]", PartA, "", "topology.yaml:3:25: 'parts/a.yaml' is included twice; first at topology.yaml:3:11")]
    [InlineData("[parts/a.yaml]", "include: [b.yaml]", "include: [../topology.yaml]",
        "parts/b.yaml:1:11: a file that includes itself: topology.yaml -> parts/a.yaml -> parts/b.yaml -> topology.yaml")]
    [InlineData("parts/a.yaml", PartA, "", "topology.yaml:3:10: 'include' is a list of files")]
    // What stands in it.
    [InlineData("[parts/a.yaml]", "features:\n  - { name: visits, cuont: visit }", "", "parts/a.yaml:2:21: a feature has no 'cuont'; did you mean 'count'?")]
    [InlineData("[parts/a.yaml]", "tenant: other\n" + PartA, "", "topology.yaml:2:1: 'tenant' is here twice; first in parts/a.yaml:1:1")]
    [InlineData("[parts/*.yaml]", PartA, PartA, "parts/b.yaml:2:13: the feature 'visits' is here twice; first in parts/a.yaml:2:13")]
    [InlineData("[parts/a.yaml]", "features: [", "", "parts/a.yaml:1:12: this is not YAML")]
    [InlineData("[parts/a.yaml]", "- a", "", "parts/a.yaml:1:1: an included file is a map with sections of a topology; found a list")]
    [InlineData("[parts/a.yaml]", PartA + "environments: { prod: [a] }", "", "parts/a.yaml:3:23: the environment 'prod' is a map with sections")]
    [InlineData("[parts/a.yaml]", PartA + "source: { lateness: 99d }", "", "parts/a.yaml:3:21: 'lateness' is 99d: allowed is 0s to 31d")]
    public void A_mistake_is_told_in_the_file_where_it_was_made(string include, string partA, string partB, string expected)
    {
        string main = Main.Replace("[parts/a.yaml, parts/b.yaml]", include, StringComparison.Ordinal);
        TopologyResult result = Parse(main, [("parts/a.yaml", partA), .. partB.Length > 0 ? [("parts/b.yaml", partB)] : Array.Empty<(string, string)>()]);

        Assert.False(result.IsValid);
        Assert.True(result.Problems.Any(problem => problem.ToString().StartsWith(expected, StringComparison.Ordinal)), string.Join('\n', result.Problems));
    }

    [Fact]
    public void More_files_or_text_than_a_topology_has_are_refused()
    {
        (string, string)[] many = [.. Enumerable.Range(0, 70).Select(i => ($"parts/{i:D2}.yaml", "{}"))];
        string main = Main.Replace("[parts/a.yaml, parts/b.yaml]", "[parts/*.yaml]", StringComparison.Ordinal);
        Assert.Contains("more than 64 files", Parse(main, many).Problems[0].Message, StringComparison.Ordinal);

        string large = "# " + new string('x', 200_000) + "\n";
        Problem problem = Assert.Single(Parse(Main, ("parts/a.yaml", large + PartA), ("parts/b.yaml", large + PartB)).Problems);
        Assert.Equal(("topology.yaml", 3), (problem.File, problem.Line));
        Assert.Contains("a topology has at most 262,144 in all its files", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_grows_too_large_to_be_read_again_is_refused()
    {
        // Short in this style, longer in the canonical one.
        string main = Main.Replace("include: [parts/a.yaml, parts/b.yaml]", "features: [{ name: visits, count: visit }]", StringComparison.Ordinal);
        string text = main + "\nnodes: { n: { operator: x, o: ["
            + string.Join(',', Enumerable.Repeat('a', 15_000)) + "], p: \"" + string.Concat(Enumerable.Repeat("\\b", 40_000)) + "\" } }\nedges: [events -> n -> profile]";
        TopologyResult result = TopologyLoader.Parse(text, "t.yaml", null, new UncheckedNodes());

        Problem problem = Assert.Single(result.Problems);
        Assert.Equal((1, 1), (problem.Line, problem.Column));
        Assert.Contains("when all is put together", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_may_not_lead_out_of_the_folder()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("topology-");
        try
        {
            string root = Path.Combine(folder.FullName, "root");
            Directory.CreateDirectory(Path.Combine(root, "parts"));
            File.WriteAllText(Path.Combine(folder.FullName, "outside.yaml"), PartB);
            File.WriteAllText(Path.Combine(root, "inside.yaml"), PartA);
            File.WriteAllText(Path.Combine(root, "topology.yaml"), Main);
            File.CreateSymbolicLink(Path.Combine(root, "parts/a.yaml"), Path.Combine(root, "inside.yaml"));
            File.CreateSymbolicLink(Path.Combine(root, "parts/b.yaml"), Path.Combine(folder.FullName, "outside.yaml"));
            Problem problem = Assert.Single(TopologyLoader.Load(Path.Combine(root, "topology.yaml")).Problems);

            Assert.Equal((3, 25), (problem.Line, problem.Column));
            Assert.Contains("there is no file 'parts/b.yaml'", problem.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("prod")]
    [InlineData("local")]
    [InlineData("staging")]
    public void A_resolved_topology_is_one_text_that_gives_the_same_plan_and_version(string? environment)
    {
        TopologyPlan plan = Valid(TopologyLoader.Load(RichTopology.Path, environment));
        TopologyPlan again = Valid(TopologyLoader.Parse(plan.ResolvedText, "resolved.json"));

        Assert.Equal(plan.ResolvedText, again.ResolvedText);
        Assert.Equal(PlanText.Of(plan), PlanText.Of(again));
        using JsonDocument json = JsonDocument.Parse(plan.ResolvedText);        // Readable by those who have no YAML, too.
        Assert.False(json.RootElement.TryGetProperty("include", out _) || json.RootElement.TryGetProperty("environments", out _));
        Assert.Equal(plan.ResolvedText, Valid(TopologyLoader.Parse(RichTopology.Files, RichTopology.Name, environment)).ResolvedText);
    }

    private static TopologyResult Parse(string main, params (string Name, string Text)[] parts) =>
        TopologyLoader.Parse(parts.Append(("topology.yaml", main)).ToDictionary(part => part.Item1, part => part.Item2), "topology.yaml");

    private static TopologyPlan Valid(TopologyResult result)
    {
        Assert.True(result.IsValid, string.Join('\n', result.Problems));
        return result.Plan;
    }
}
