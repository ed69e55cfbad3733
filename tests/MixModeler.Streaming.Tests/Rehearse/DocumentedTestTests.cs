using System.Text.RegularExpressions;
using MixModeler.Streaming.Rehearse;
using MixModeler.Streaming.Tests.Repository;

namespace MixModeler.Streaming.Tests.Rehearse;

/// <summary>The examples of docs/testing-topologies.md run, and print what is printed there.</summary>
public sealed partial class DocumentedTestTests
{
    private static readonly string Document = RepositoryFiles.Read("docs/testing-topologies.md").ReplaceLineEndings("\n");

    public static TheoryData<string, string, string> Examples() =>
        [.. Example().Matches(Document).Select(match => (match.Groups["file"].Value, match.Groups["test"].Value, match.Groups["output"].Value))];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_example_prints_what_the_document_says(string file, string test, string output)
    {
        using TopologyFolder folder = new(Topology().Match(Document).Groups["text"].Value, "newsletter");
        folder.Write(file, test);

        RehearsalReport report = await folder.RunAsync();

        Assert.True(report.IsValid, string.Join('\n', report.Invalid));
        Assert.Equal(output, string.Join('\n', report.Lines().Select(folder.Short)) + "\n");
    }

    [Fact]
    public void The_document_has_examples() => Assert.Equal(3, Examples().Count);

    [GeneratedRegex(@"```yaml file=topology.yaml\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Topology();

    [GeneratedRegex(@"```yaml file=(?<file>tests/\S+)\n(?<test>[^`]*)```\n\n```text output\n(?<output>[^`]*)```")]
    private static partial Regex Example();
}
