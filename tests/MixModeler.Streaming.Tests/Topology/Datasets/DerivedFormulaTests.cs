using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Topology.Datasets;

public sealed class DerivedFormulaTests
{
    private static readonly Dictionary<string, double?> Metrics = new() { ["a"] = 6, ["b"] = 4, ["zero"] = 0, ["none"] = null, ["big"] = 1e308 };

    [Theory]
    [InlineData("[a]/[b]", 1.5)]
    [InlineData("[a] + [b] * 2", 14.0)]
    [InlineData("([a] + [b]) * 2", 20.0)]
    [InlineData("[a] - [b] - 1", 1.0)]
    [InlineData("[a] / [b] / 2", 0.75)]
    [InlineData("-[a] + -(-[b])", -2.0)]
    [InlineData("[ a ] * .5", 3.0)]
    [InlineData("[zero] / [a]", 0.0)]
    [InlineData("[a] / [zero]", null)]
    [InlineData("[zero] / [zero]", null)]
    [InlineData("[a] + [none]", null)]
    [InlineData("0 * [none]", null)]
    [InlineData("1 / ([a] / [zero])", null)]
    [InlineData("[big] * [big]", null)]
    [InlineData("1 / ([big] * 10)", null)]
    public void A_formula_is_reckoned_as_one_writes_it_and_nothing_makes_nothing(string text, double? expected)
    {
        DerivedFormula formula = DerivedFormula.Parse(text, out FormulaProblem? problem)!;

        Assert.Null(problem);
        Assert.Equal(expected, formula.Evaluate(name => Metrics[name]));
    }

    [Fact]
    public void A_formula_tells_which_metrics_it_reads_and_where()
    {
        DerivedFormula formula = DerivedFormula.Parse("[a]/([ b ]+[a])", out _)!;

        Assert.Equal(["a", "b"], formula.Metrics);
        Assert.Equal([new MetricReference("a", 1), new MetricReference("b", 7), new MetricReference("a", 12)], formula.References);
    }

    [Theory]
    [InlineData("", 0, "is missing")]
    [InlineData("[a", 0, "'[' is never closed")]
    [InlineData("[a [b]", 0, "'[' is never closed")]
    [InlineData("[]", 0, "names no metric")]
    [InlineData("[a]]", 3, "found ']'")]
    [InlineData("([a]", 0, "'(' is never closed")]
    [InlineData("([a] [b])", 5, "expected + - * / or ), found '['")]
    [InlineData("[a])", 3, "')' without '('")]
    [InlineData("[a] +", 5, "missing at the end")]
    [InlineData("* [a]", 0, "expected a metric in brackets")]
    [InlineData("1.2.3", 0, "'1.2.3' is no number")]
    [InlineData("a/b", 0, "[a]")]
    [InlineData("[a] ^ 2", 4, "found '^'")]
    [InlineData("[a] \u0001", 4, "U+0001")]
    public void What_is_no_formula_says_why_and_where(string text, int at, string message)
    {
        Assert.Null(DerivedFormula.Parse(text, out FormulaProblem? problem));
        Assert.Equal(at, problem!.At);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_length_have_limits()
    {
        Assert.NotNull(DerivedFormula.Parse(new string('(', 30) + "[a]" + new string(')', 30), out _));
        Assert.Null(DerivedFormula.Parse(new string('(', 200) + "[a]" + new string(')', 200), out FormulaProblem? deep));
        Assert.Contains("more than 32", deep!.Message, StringComparison.Ordinal);
        Assert.Null(DerivedFormula.Parse(new string('-', 200) + "[a]", out _));
        Assert.Null(DerivedFormula.Parse("[a]" + string.Concat(Enumerable.Repeat("+[a]", 200)), out FormulaProblem? tooLong));
        Assert.Contains("at most 512", tooLong!.Message, StringComparison.Ordinal);
        Assert.NotNull(DerivedFormula.Parse("[a]" + string.Concat(Enumerable.Repeat("+[a]", 127)), out _)!.Evaluate(_ => 1));
    }

    [Fact]
    public void Random_texts_are_a_formula_or_a_located_problem()
    {
        const int Seed = 4_711;
        const string Characters = "[]()+-*/ .0123abc%\n";
        Random random = new(Seed);
        int valid = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(12)).Select(_ => Characters[random.Next(Characters.Length)])]);
            DerivedFormula? formula = DerivedFormula.Parse(text, out FormulaProblem? problem);
            Assert.True(formula is null != problem is null, $"seed {Seed}: {text}");
            Assert.True(problem is null || (problem.At >= 0 && problem.At <= text.Length), $"seed {Seed}: {text}");
            valid += formula is null ? 0 : 1;
            formula?.Evaluate(_ => 2);
        }

        Assert.True(valid > 20, $"seed {Seed}: {valid}");
    }
}
