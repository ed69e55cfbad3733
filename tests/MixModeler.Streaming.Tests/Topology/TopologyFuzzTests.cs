using System.Diagnostics;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Tests.Topology.Datasets;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

public sealed class TopologyFuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20_260_105;
    private const string Shipped = "topologies/luma-propensity/topology.yaml";

    // Generous: the slowest took milliseconds; a hang takes for ever.
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(5);
    private static readonly string?[] Environments = [null, null, "prod", "local", "staging", "none"];

    [Fact]
    public void Whatever_is_done_to_a_file_the_answer_is_a_plan_or_a_located_problem()
    {
        const int Files = 4_000;
        string shipped = RepositoryFiles.Read(Shipped);
        // Mutations that never hit anything, or always, would try nothing.
        Run(Files, Files / 100, Files / 2, random => (Alone(Mutated(shipped, random)), null));
    }

    [Fact]
    public void Whatever_is_done_to_datasets_the_answer_is_a_plan_or_a_located_problem()
    {
        const int Files = 4_000;
        Run(Files, Files / 100, Files / 2, random => (Alone(Mutated(DatasetTopology.Text, random)), null));
    }

    [Fact]
    public void Whatever_is_done_to_files_that_include_each_other_the_answer_is_a_plan_or_a_located_problem()
    {
        const int Bundles = 4_000;
        Run(Bundles, Bundles / 100, Bundles / 2, random =>
        {
            Dictionary<string, string> files = new(RichTopology.Files);
            string name = random.Next(2) == 0 ? RichTopology.Name : files.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(files.Count));
            files[name] = Mutated(files[name], random);
            return (files, Environments[random.Next(Environments.Length)]);
        });
    }

    [Fact]
    public void Whatever_has_nearly_the_shape_of_a_topology_is_a_plan_or_a_located_problem()
    {
        const int Texts = 1_500;
        Run(Texts, Texts / 100, Texts / 2, random => (Alone(new RandomTopology(random).Next()), null));
    }

    [Fact]
    public void Random_bytes_are_a_plan_or_a_located_problem()
    {
        byte[] shipped = File.ReadAllBytes(RepositoryFiles.Full(Shipped));
        ProblemList problems = new("fuzz.yaml");
        Run(1_000, 0, 1_000, random =>
        {
            byte[] bytes = random.Next(2) == 0 ? new byte[random.Next(400)] : [.. shipped];
            if (bytes.Length < shipped.Length)
            {
                random.NextBytes(bytes);
            }

            for (int flip = random.Next(4); flip > 0 && bytes.Length > 0; flip--)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            // Half of them are text where bytes are not.
            string text = Utf8Text.Decode(bytes, problems) ?? System.Text.Encoding.Latin1.GetString(bytes);
            return (Alone(text), null);
        });
        Assert.All(problems.InOrder(), problem => Assert.True(problem.Line >= 1 && problem.Column >= 1));
    }

    [Fact]
    public void A_file_cut_at_any_place_is_a_plan_or_a_located_problem()
    {
        foreach (string whole in new[] { RepositoryFiles.Read(Shipped), RichTopology.Files[RichTopology.Name], DatasetTopology.Text })
        {
            TimeSpan slowest = TimeSpan.Zero;
            for (int length = 0; length <= whole.Length; length++)
            {
                Check(Alone(whole[..length]), null, ref slowest);
            }
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
        Check(Alone(string.Concat(Enumerable.Repeat(thing, 262_144 / thing.Length))), null, ref slowest);
        Check(Alone("topology: " + string.Concat(Enumerable.Repeat(thing, 262_000 / thing.Length))), null, ref slowest);
        Check(Alone("edges: " + string.Concat(Enumerable.Repeat(thing, 262_000 / thing.Length))), null, ref slowest);
        output.WriteLine($"slowest {slowest.TotalMilliseconds:F0} ms");
    }

    [Fact]
    public void A_quarter_of_a_megabyte_of_mistakes_with_long_names_is_answered_in_time()
    {
        const string Begin = "topology: t\ntenant: a\nsource: { identity: [a] }\n";
        string[] names = [.. Enumerable.Range(0, 1_800).Select(i => $"{new string('n', 59)}{i:D4}")];
        string features = "features:\n" + string.Concat(names.Take(256).Select(name => $"  - {{ name: {name}, count: x }}\n"));
        string nodes = "nodes:\n" + string.Concat(names.Take(256).Select(name => $"  {name}: {{ operator: f }}\n"));
        string edges = "edges:\n" + string.Concat(names.Skip(256).Chunk(3).Take(1_000).Select(some => $"  - {string.Join(" -> ", some)}\n"));
        string conditions = "decisions:\n  scopes:\n    - scope: s\n      otherwise: o\n      rules:\n        - name: r\n          show: s\n          features:\n"
            + string.Concat(names.Skip(256).Select(name => $"            {name}: {{ atLeast: 1 }}\n"));
        string options = "nodes:\n  n:\n    operator: f\n" + string.Concat(names.Select(name => $"    {name}: x\n"));
        string removals = "environments:\n  prod:\n    nodes:\n      n:\n" + string.Concat(names.Select(name => $"        m{name[1..]}: ~\n"));
        TimeSpan slowest = TimeSpan.Zero;

        Assert.False(Check(Alone(Begin + features + nodes + edges), null, ref slowest));
        Assert.False(Check(Alone(Begin + features + conditions), null, ref slowest));
        Assert.False(Check(Alone(Begin + options + removals), "prod", ref slowest));
        output.WriteLine($"slowest {slowest.TotalMilliseconds:F0} ms");
    }

    // Runs as many cases; between so many of them are valid.
    private void Run(int cases, int validMin, int validMax, Func<Random, (Dictionary<string, string> Files, string? Environment)> make)
    {
        Random random = new(Seed);
        int plans = 0;
        TimeSpan slowest = TimeSpan.Zero;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < cases; i++)
        {
            (Dictionary<string, string> files, string? environment) = make(random);
            plans += Check(files, environment, ref slowest) ? 1 : 0;
        }

        TimeSpan took = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"seed {Seed}: {plans} of {cases} valid, {took.TotalSeconds:F1} s, slowest {slowest.TotalMilliseconds:F1} ms");
        Assert.InRange(plans, validMin, validMax);
    }

    private static Dictionary<string, string> Alone(string text) => new() { [RichTopology.Name] = text };

    private static string Mutated(string text, Random random)
    {
        int changes = 1 + random.Next(4);
        for (int change = 0; change < changes; change++)
        {
            text = Mutation.Of(text, random);
        }

        return text;
    }

    private static bool Check(Dictionary<string, string> files, string? environment, ref TimeSpan slowest)
    {
        TimeSpan start = CpuTime.Now;
        TopologyResult result;
        try
        {
            result = TopologyLoader.Parse(files, RichTopology.Name, environment);
        }
        catch (Exception escaped)
        {
            throw new InvalidOperationException($"escaped from {Printable(files)}", escaped);
        }

        TimeSpan took = CpuTime.Now - start;
        slowest = took > slowest ? took : slowest;
        Holds(took < TimeMax, $"{took}", files);
        Holds(result.IsValid == (result.Problems.Count == 0), "neither a plan nor a problem", files);
        foreach (Problem problem in result.Problems)
        {
            Holds(IsInside(problem, files), $"{problem}", files);
            Holds(problem.Message.Length is > 0 and < 2_000 && !problem.Message.Contains('\n'), $"{problem}", files);
        }

        if (result.Plan is { } plan)
        {
            CheckPlan(plan, files);
        }

        return result.IsValid;
    }

    // What is valid can be sent as one text, read again and drawn.
    private static void CheckPlan(TopologyPlan plan, Dictionary<string, string> files)
    {
        TopologyResult again = TopologyLoader.Parse(plan.ResolvedText, "resolved.json");
        Holds(again.IsValid, string.Join('\n', again.Problems), files);
        Holds(PlanText.Of(plan) == PlanText.Of(again.Plan!), "another plan from the resolved text", files);
        Assert.Equal(plan.ResolvedText, again.ResolvedText);
        Assert.Equal(plan.Graph.Edges.Length, GraphText.Mermaid(plan).Split('\n').Count(line => line.Contains('|', StringComparison.Ordinal)));
        Assert.NotEmpty(GraphText.Dot(plan));
        Assert.NotEmpty(GraphText.Json(plan));
    }

    private static bool IsInside(Problem problem, Dictionary<string, string> files)
    {
        if (!files.TryGetValue(problem.File, out string? text))
        {
            return false;
        }

        string[] lines = text.Split('\n');
        // Other line breaks than \n count too; how many columns a line with one has, editors disagree about.
        int breaks = text.Count(c => c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029');
        bool isPlain = breaks == lines.Length - 1;
        return problem.Line >= 1 && problem.Column >= 1 && problem.Line <= 1 + breaks
            && (!isPlain || problem.Column <= 1 + lines[problem.Line - 1].Length);
    }

    // Not by a message that is made every time: it would take longer than what is tested.
    private static void Holds(bool condition, string what, Dictionary<string, string> files)
    {
        if (!condition)
        {
            Assert.Fail($"{what}: {Printable(files)}");
        }
    }

    private static string Printable(Dictionary<string, string> files) => string.Join(' ', files.Select(file =>
        $"{file.Key} {Convert.ToBase64String(System.Text.Encoding.Unicode.GetBytes(file.Value.Length > 3_000 ? file.Value[..3_000] : file.Value))}"));
}
