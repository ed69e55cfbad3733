using System.Diagnostics;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

public sealed class TopologyFuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_105;
    private const int Mutations = 6_000;

    // Generous: the slowest took milliseconds; a hang takes for ever.
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(5);

    private static readonly string[] Fragments =
    [
        ":", ": ", "- ", "[", "]", "{", "}", ",", "\"", "'", "#", "&a ", "*a", "!!map ", "!<x> ", "|", ">", "? ", "---\n", "...\n", "%YAML 9.9\n",
        "\t", "\r", "\r\n", "\n", " ", "\0", "\u0085", "\u2028", "\uFEFF", "\uD800", "\U0001F600", "\\x", "\\u", "<<: ", "~", "null", "1e999", "-",
        "[[[[[[[[", "{{{{{{{{", "{a: [", "features", "count", "99999999999999999999", "7d", "@", "`", "%",
        "\"\\UFFFFFFFF\"", "\"\\uD800\"", "!<>", "!a!b ", "%TAG ! x\n", "|9\n", "{?", "[?", "{:", "- - -",
    ];

    [Fact]
    public void Whatever_is_done_to_a_file_the_answer_is_a_plan_or_a_located_problem()
    {
        output.WriteLine($"seed {Seed}");
        string shipped = RepositoryFiles.Read("topologies/luma-propensity/topology.yaml");
        Random random = new(Seed);
        int plans = 0;
        TimeSpan slowest = TimeSpan.Zero;
        for (int i = 0; i < Mutations; i++)
        {
            string text = shipped;
            int changes = 1 + random.Next(4);
            for (int change = 0; change < changes; change++)
            {
                text = Mutate(text, random);
            }

            plans += Check(text, ref slowest) ? 1 : 0;
        }

        output.WriteLine($"{plans} of {Mutations} still valid, slowest {slowest.TotalMilliseconds:F1} ms");
        // Mutations that never hit anything, or always, would try nothing.
        Assert.InRange(plans, Mutations / 100, Mutations / 2);
    }

    [Fact]
    public void A_file_cut_at_any_place_is_a_plan_or_a_located_problem()
    {
        string shipped = RepositoryFiles.Read("topologies/luma-propensity/topology.yaml");
        TimeSpan slowest = TimeSpan.Zero;
        for (int length = 0; length <= shipped.Length; length++)
        {
            Check(shipped[..length], ref slowest);
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: {")]
    [InlineData("[a, ")]
    [InlineData("!")]
    [InlineData("\n")]
    [InlineData(" ")]
    [InlineData("a: &a [*a, *a]\n")]
    [InlineData("\"\\")]
    [InlineData("|\n ")]
    [InlineData("%a b\n")]
    [InlineData("- !<>")]
    [InlineData("\"\\UFFFFFFFF\"")]
    public void A_quarter_of_a_megabyte_of_one_thing_is_answered_in_time(string thing)
    {
        TimeSpan slowest = TimeSpan.Zero;
        Check(string.Concat(Enumerable.Repeat(thing, 262_144 / thing.Length)), ref slowest);
        Check("topology: " + string.Concat(Enumerable.Repeat(thing, 262_000 / thing.Length)), ref slowest);
        output.WriteLine($"slowest {slowest.TotalMilliseconds:F0} ms");
    }

    private static bool Check(string text, ref TimeSpan slowest)
    {
        long start = Stopwatch.GetTimestamp();
        TopologyResult result;
        try
        {
            result = TopologyLoader.Parse(text, "fuzz.yaml");
        }
        catch (Exception escaped)
        {
            throw new InvalidOperationException($"escaped from {Printable(text)}", escaped);
        }

        TimeSpan took = Stopwatch.GetElapsedTime(start);
        slowest = took > slowest ? took : slowest;
        Assert.True(took < TimeMax, $"{took} for {Printable(text)}");
        Assert.True(result.IsValid == (result.Problems.Count == 0), Printable(text));
        int lines = 1 + text.Count(c => c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029');
        foreach (Problem problem in result.Problems)
        {
            Assert.True(
                problem.File == "fuzz.yaml" && problem.Line >= 1 && problem.Line <= lines + 1 && problem.Column >= 1 && problem.Message.Length > 0
                    && !problem.Message.Contains('\n'),
                $"{problem} of {lines} lines: {Printable(text)}");
        }

        return result.IsValid;
    }

    private static string Mutate(string text, Random random)
    {
        int at = random.Next(text.Length + 1);
        int length = Math.Min(random.Next(1, 40), text.Length - at);
        string[] lines = text.Split('\n');
        int line = random.Next(lines.Length);
        switch (random.Next(8))
        {
            case 0:
                return text.Remove(at, length);
            case 1:
                return text.Insert(at, Fragments[random.Next(Fragments.Length)]);
            case 2:
                return text.Remove(at, length).Insert(at, Fragments[random.Next(Fragments.Length)]);
            case 3:
                return text.Insert(at, ((char)random.Next(0x3000)).ToString());
            case 4:
                return text.Insert(random.Next(text.Length + 1), text.Substring(at, length));
            case 5:
                return string.Join('\n', lines.Where((_, i) => i != line));
            case 6:
                lines[line] = new string(' ', random.Next(8)) + lines[line].TrimStart();
                return string.Join('\n', lines);
            default:
                (lines[line], lines[0]) = (lines[0], lines[line]);
                return string.Join('\n', lines);
        }
    }

    private static string Printable(string text) =>
        Convert.ToBase64String(System.Text.Encoding.Unicode.GetBytes(text.Length > 3_000 ? text[..3_000] : text));
}
