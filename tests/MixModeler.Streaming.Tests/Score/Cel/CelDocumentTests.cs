using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Tests.Repository;

namespace MixModeler.Streaming.Tests.Score.Cel;

/// <summary>docs/expressions.md says what is so.</summary>
public sealed class CelDocumentTests
{
    private static readonly string[] Lines = RepositoryFiles.Lines("docs/expressions.md");

    [Fact]
    public void Every_example_has_the_value_behind_its_arrow()
    {
        CelBinding @event = CelTable.Bind("event", Assert.Single(Blocks("json")));

        CelTable.Holds(string.Join('\n', Blocks("cel")), 50, @event);
    }

    [Fact]
    public void Every_mistake_is_told_in_these_words()
    {
        CelEnvironment environment = new();
        environment.DeclareRecord("event", [new("country", CelType.String), new("amount", CelType.Double)]);
        string[] mistakes = [.. Blocks("problem")];

        Assert.InRange(mistakes.Length, 4, 20);
        Assert.All(mistakes, mistake =>
        {
            string[] parts = mistake.Split(" → ");
            Assert.Equal(parts[1], string.Join("; ", CelCompiler.Compile(parts[0], environment).Problems));
        });
    }

    private static IEnumerable<string> Blocks(string language)
    {
        bool isInside = false;
        foreach (string line in Lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isInside = line == "```" + language;
            }
            else if (isInside)
            {
                yield return line;
            }
        }
    }
}
