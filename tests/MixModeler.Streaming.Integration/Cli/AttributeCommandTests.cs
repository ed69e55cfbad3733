using System.Text.Json;

namespace MixModeler.Streaming.Integration.Cli;

/// <summary>`mixmodeler attribute`, as somebody types it.</summary>
public sealed class AttributeCommandTests : IDisposable
{
    // ChannelAttribution's example.
    private const string Example = "path,conversions\nA > B > A > B > B > A,1\nA > B > B > A > A,1\nA > A,1\n";

    private readonly string folder = Directory.CreateTempSubdirectory("mixmodeler-attribute-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(new[] { "--model", "markov" }, 2, 1)]
    [InlineData(new[] { "--model", "shapley" }, 2, 1)]
    [InlineData(new[] { "--model", "first" }, 3, 0)]
    [InlineData(new[] { "--model", "last" }, 3, 0)]
    [InlineData(new[] { "--model", "linear" }, 2.1, 0.9)]
    [InlineData(new[] { "--model", "position" }, 2.7166666666666666, 0.2833333333333333)]
    [InlineData(new[] { "--model", "decay", "--half-life", "1e9" }, 2.1, 0.9)]
    public async Task Each_model_answers_for_both_channels(string[] options, double a, double b)
    {
        (int code, string text, _) = await AttributeAsync(Example, [.. options, "--json"]);

        Assert.Equal(0, code);
        Dictionary<string, JsonElement> channels = JsonDocument.Parse(text).RootElement.GetProperty("channels").EnumerateArray()
            .ToDictionary(channel => channel.GetProperty("channel").GetString()!);
        Assert.Equal(a, channels["A"].GetProperty("conversions").GetDouble(), 1e-6);
        Assert.Equal(b, channels["B"].GetProperty("conversions").GetDouble(), 1e-6);
        Assert.Equal(0, channels["A"].GetProperty("value").GetDouble());
        bool isMarkov = options[1] == "markov";
        Assert.Equal(isMarkov ? JsonValueKind.Number : JsonValueKind.Null, channels["A"].GetProperty("removalEffect").ValueKind);
        if (isMarkov)
        {
            Assert.Equal(1, channels["A"].GetProperty("removalEffect").GetDouble(), 1e-12);
            Assert.Equal(0.5, channels["B"].GetProperty("removalEffect").GetDouble(), 1e-12);
        }
    }

    [Fact]
    public async Task A_table_shows_intervals_and_the_order_that_was_chosen()
    {
        (int code, string text, _) = await AttributeAsync(Example, "--model", "markov", "--order", "auto", "--intervals", "--draws", "50");

        Assert.Equal(0, code);
        Assert.Contains("removal effect", text, StringComparison.Ordinal);
        Assert.Contains("conversions from", text, StringComparison.Ordinal);
        Assert.Contains("nats a step", text, StringComparison.Ordinal);
        Assert.Contains("chosen", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path,conversions\nA > ,1\nB,x\n", 1, ":2:1: touch 2 of the path has no name", "--model", "last")]
    [InlineData("path,conversions\nA > ,1\nB,x\n", 1, ":3:3: 'x' is no number of conversions", "--model", "last")]
    [InlineData(Example, 2, "'median'", "--model", "median")]
    [InlineData(Example, 2, "'5'", "--model", "markov", "--order", "5")]
    [InlineData(Example, 2, "--half-life must be above 0", "--model", "decay", "--half-life", "0")]
    [InlineData(Example, 2, "--draws must be at least 20", "--model", "markov", "--intervals", "--draws", "5")]
    [InlineData(Example, 2, "--intervals are there for markov", "--model", "last", "--intervals")]
    [InlineData(Example, 2, "--model", "--json")]
    public async Task What_is_wrong_is_one_sentence_with_its_place(string file, int expected, string sentence, params string[] options)
    {
        (int code, string text, string complaint) = await AttributeAsync(file, options);

        Assert.Equal(expected, code);
        Assert.Equal("", text);
        Assert.Contains(sentence, complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told()
    {
        (int code, _, string complaint) = await Seeing.Cli.RunAsync("attribute", "--paths", Path.Combine(folder, "missing.csv"), "--model", "last");

        Assert.Equal(5, code);
        Assert.Contains("missing.csv", complaint, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<(int Code, string Text, string Complaint)> AttributeAsync(string content, params string[] options)
    {
        string file = Path.Combine(folder, "paths.csv");
        await File.WriteAllTextAsync(file, content, Stop);
        return await Seeing.Cli.RunAsync(["attribute", "--paths", file, .. options]);
    }
}
