using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Topology.Diff;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Topology;

/// <summary>`mixes`: what a model is, and where each of its columns comes from.</summary>
public sealed class MixSectionTests
{
    private const string File = "t.yaml";
    private static readonly string Text = RepositoryFiles.Read("topologies/marketing-mix/topology.yaml");

    [Fact]
    public void A_mix_knows_where_each_of_its_columns_comes_from()
    {
        MixPlan mix = Assert.Single(Valid(Text).Mixes);

        Assert.Equal(("sales", Grain.Weekly, 7, 0, true), (mix.Name, mix.Grain, mix.DaysPerPeriod, mix.ClosesAfterDays, mix.IsCertified));
        Assert.Equal(["event_1", "event_2", "sales", "x1", "x2"], mix.Columns.Select(column => column.Name));
        MixColumnPlan sales = mix.Columns.Single(column => column.Name == "sales");
        Assert.Equal((MixColumnKind.Field, "net_sales", "conversiontype"), (sales.Kind, sales.Of, Assert.Single(sales.Where).Field));
        Assert.Equal((MixColumnKind.Factor, "event_1"), (mix.Columns[0].Kind, mix.Columns[0].Of));
        Assert.Equal(["x1", "x2"], mix.Spec.Channels.Select(channel => channel.Name));
        Assert.Equal(12, mix.Identity.Length);
    }

    [Fact]
    public void The_order_of_channels_in_the_file_says_nothing()
    {
        const string One = "        x1:\n          spend: x1\n";
        string swapped = Text.Replace(One, "        x9:\n          spend: x1\n", StringComparison.Ordinal)
            .Replace("        x2:\n          spend: x2\n", "        x1:\n          column: x2\n          spend: x2\n", StringComparison.Ordinal)
            .Replace("        x9:\n", "        x9:\n          column: x1\n", StringComparison.Ordinal);
        Assert.NotEqual(Text, swapped);

        TopologyPlan plan = Valid(swapped);

        Assert.Equal(["x1", "x9"], plan.Mixes[0].Spec.Channels.Select(channel => channel.Name));
        Assert.Equal(plan.Mixes[0].Identity, Valid(plan.ResolvedText).Mixes[0].Identity);
    }

    [Fact]
    public void What_does_not_change_what_is_learned_leaves_the_identity()
    {
        string identity = Valid(Text).Mixes[0].Identity;

        Assert.Equal(identity, Valid(Text.Replace("Weekly revenue by two channels", "Anything", StringComparison.Ordinal)).Mixes[0].Identity);
        Assert.NotEqual(identity, Valid(Text.Replace("seed: 1", "seed: 2", StringComparison.Ordinal)).Mixes[0].Identity);
        Assert.NotEqual(identity, Valid(Text.Replace("event_2: { factor: event_2 }", "event_2: { factor: event_1 }", StringComparison.Ordinal)).Mixes[0].Identity);
    }

    [Fact]
    public void A_change_tells_what_becomes_of_a_mix()
    {
        TopologyPlan plan = Valid(Text);
        TopologyPlan other = Valid(Text.Replace("seed: 1", "seed: 2", StringComparison.Ordinal));
        TopologyPlan none = Valid(Text[..Text.IndexOf("mixes:", StringComparison.Ordinal)]);

        Assert.Equal(Verdict.Keep, VerdictOf(plan, plan).Verdict);
        Assert.Equal(Verdict.Rebuild, VerdictOf(plan, other).Verdict);
        Assert.Equal(Verdict.Add, VerdictOf(none, plan).Verdict);
        Assert.Equal(Verdict.Drop, VerdictOf(plan, none).Verdict);
        Assert.Contains("experiments", VerdictOf(plan, none).Loss, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x1: { touchpoint: x1, of: spend }", "x1: { touchpoint: x3, of: spend }", 43, 25, "there is no touchpoint 'x3'")]
    [InlineData("x1: { touchpoint: x1, of: spend }", "x1: { touchpoint: x1, of: revenue }", 43, 33, "'of' is volume or spend of a touchpoint")]
    [InlineData("x1: { touchpoint: x1, of: spend }", "x1: { field: spand }", 43, 20, "there is no harmonized field 'spand'")]
    [InlineData("x1: { touchpoint: x1, of: spend }", "x1: { field: channel }", 43, 20, "'channel' is a dimension")]
    [InlineData("x1: { touchpoint: x1, of: spend }", "x1: { field: spend, factor: a }", 43, 11, "a column comes from one of conversion, touchpoint, field, factor, attribution")]
    [InlineData("x1: { touchpoint: x1, of: spend }", "x1: { attribution: clicks, channel: x1 }", 43, 26, "there is no attribution 'clicks'")]
    [InlineData("x1: { touchpoint: x1, of: spend }", "x1: { factor: x1, where: [ { field: channel, is: x1 } ] }", 43, 25, "'where' belongs to a field")]
    [InlineData("      x2: { touchpoint: x2, of: spend }\n", "", 41, 5, "nothing says where 'x2', the channel 'x2', comes from")]
    [InlineData("x2: { touchpoint: x2, of: spend }", "x2: { touchpoint: x2, of: spend }\n      x3: { factor: x3 }", 45, 7, "the model has no column 'x3'")]
    [InlineData("    grain: weekly ", "    from: 2020-01-01\n    to: 2019-01-01\n    grain: weekly ", 41, 9, "the training window ends before it begins")]
    [InlineData("      target: sales", "      target: sales\n      date: week", 49, 7, "date")]
    [InlineData("kernel: geometric", "kernel: geometrik", 54, 30, "geometrik")]
    [InlineData("          spend: x1\n", "          spend: x1\n          credit: { column: x1 }\n", 43, 7, "'x1' is a credit")]
    public void A_mistake_is_one_problem_where_it_was_made(string before, string after, int line, int column, string message)
    {
        int at = Text.IndexOf(before, StringComparison.Ordinal);
        string text = Text[..at] + after + Text[(at + before.Length)..];

        Problem problem = Assert.Single(TopologyLoader.Parse(text, File).Problems);

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void Regions_are_told_apart_by_a_dimension_and_have_sizes()
    {
        MixSpec spec = Valid(WithRegions("{ field: geo, of: { south: 1, north: 3 } }")).Mixes[0].Spec;

        Assert.Equal([new RegionShare("north", 0.75), new RegionShare("south", 0.25)], spec.Regions!.Members);
        Assert.Equal("geo", spec.Regions.Column);
    }

    [Theory]
    [InlineData("{ of: { a: 1, b: 1 } }", "'field'")]
    [InlineData("{ field: geo }", "'of'")]
    [InlineData("{ field: geo, of: { a: 1 } }", "'of' names 2 to 400 regions")]
    [InlineData("{ field: geo, of: { a: 1, b: -1 } }", "'b'")]
    [InlineData("{ field: gep, of: { a: 1, b: 1 } }", "there is no harmonized field 'gep'")]
    [InlineData("{ field: spend, of: { a: 1, b: 1 } }", "'spend' is no dimension")]
    [InlineData("{ column: geo, field: geo, of: { a: 1, b: 1 } }", "column")]
    public void What_is_wrong_in_regions_is_said(string regions, string message)
    {
        Problem problem = Assert.Single(TopologyLoader.Parse(WithRegions(regions), File).Problems);

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", null)]
    [InlineData("c", "a lift test is of the region 'c'")]
    [InlineData(null, "region")]
    public void An_experiment_of_a_model_with_regions_is_made_in_one_of_them(string? region, string? message)
    {
        string lift = "{ channel: x1, from: 2020-03-02, media: 1, lift: 2, error: 1" + (region is null ? " }" : $", region: {region} }}");
        TopologyResult result = TopologyLoader.Parse(WithRegions("{ field: geo, of: { a: 1, b: 1 } }\n      liftTests: [ " + lift + " ]"), File);

        if (message is null)
        {
            Assert.Equal(region, result.Plan!.Mixes[0].Spec.LiftTests[0].Region);
        }
        else
        {
            Assert.Contains(message, Assert.Single(result.Problems).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_mix_needs_datasets()
    {
        const string Events = "topology: t\ntenant: acme\nsource: { identity: [_acme.id] }\nfeatures: [{ name: visits, count: visit }]\n";
        string mixes = Text[Text.IndexOf("mixes:", StringComparison.Ordinal)..];

        Assert.Contains(
            TopologyLoader.Parse(Events + mixes, File).Problems, problem => problem.Message.Contains("'mixes' needs 'datasets'", StringComparison.Ordinal));
    }

    private static string WithRegions(string regions)
    {
        string dimension = Text.Replace("      channel: { field: Channel }\n", "      channel: { field: Channel }\n      geo: { field: Geo }\n", StringComparison.Ordinal)
            .Replace("touchpoints:\n", "fields:\n  geo: { display: Geo, category: Dimension, type: String }\ntouchpoints:\n", StringComparison.Ordinal);
        return dimension.Replace("      seed: 1\n", $"      seed: 1\n      regions: {regions}\n", StringComparison.Ordinal);
    }

    private static OperatorVerdict VerdictOf(TopologyPlan from, TopologyPlan to) =>
        TopologyDiff.Between(from, to).Operators.Single(each => each.Kind == OperatorKind.Mix);

    private static TopologyPlan Valid(string text)
    {
        TopologyResult result = TopologyLoader.Parse(text, File);
        return result.Plan ?? throw new InvalidOperationException(string.Join('\n', result.Problems));
    }
}
