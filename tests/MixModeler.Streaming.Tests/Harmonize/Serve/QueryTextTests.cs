using MixModeler.Streaming.Harmonize.Serve;
using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Tests.Harmonize.Serve;

public sealed class QueryTextTests
{
    [Theory]
    [InlineData("channel=TV", "channel", GridOperator.Equals, "TV")]
    [InlineData(" channel = TV | Social ", "channel", GridOperator.Equals, "TV", "Social")]
    [InlineData("channel!=TV", "channel", GridOperator.NotEquals, "TV")]
    [InlineData("campaign~fall", "campaign", GridOperator.Contains, "fall")]
    [InlineData("campaign!~fall", "campaign", GridOperator.NotContains, "fall")]
    [InlineData("campaign^=Spring", "campaign", GridOperator.StartsWith, "Spring")]
    [InlineData("campaign$=16", "campaign", GridOperator.EndsWith, "16")]
    [InlineData("spend<=10.5", "spend", GridOperator.LessOrEqual, "10.5")]
    [InlineData("spend>=10.5", "spend", GridOperator.GreaterOrEqual, "10.5")]
    [InlineData("spend<10", "spend", GridOperator.Less, "10")]
    [InlineData("spend>10", "spend", GridOperator.Greater, "10")]
    [InlineData("brand?", "brand", GridOperator.Exists)]
    [InlineData("!brand?", "brand", GridOperator.NotExists)]
    [InlineData(@"campaign=a\|b\;c\\", "campaign", GridOperator.Equals, @"a|b;c\")]
    [InlineData("campaign=a=b", "campaign", GridOperator.Equals, "a=b")]
    [InlineData("campaign=", "campaign", GridOperator.Equals, "")]
    public void A_filter_is_a_field_a_sign_and_values(string text, string field, GridOperator question, params string[] values)
    {
        List<string> problems = [];
        GridFilter filter = Assert.Single(FilterText.Read(text, problems)!);
        Assert.Empty(problems);
        Assert.Equal((field, question), (filter.Field, filter.Operator));
        Assert.Equal(values, filter.Values);
    }

    [Fact]
    public void Conditions_stand_between_semicolons()
    {
        List<string> problems = [];
        Assert.Equal(["channel", "spend"], FilterText.Read("channel=TV; spend>1 ;", problems)!.Select(each => each.Field));
        Assert.Null(FilterText.Read("channel=TV; what is this", problems));
        Assert.Null(FilterText.Read("=TV", problems));
        Assert.Null(FilterText.Read("a^b", problems));
        Assert.Equal(3, problems.Count);
    }

    [Fact]
    public void Words_that_mean_nothing_are_told_with_what_might_be_meant()
    {
        Dictionary<string, string> said = new()
        {
            ["from"] = "yesterday", ["grain"] = "Fortnightly", ["page"] = "0", ["drafts"] = "maybe", ["sort"] = "-spend,channel", ["grane"] = "Daily",
        };
        QueryText query = new(name => said.GetValueOrDefault(name));
        query.CheckNames(said.Keys);
        GridQuery grid = query.Grid();
        Assert.Equal([new GridSort("spend", Descending: true), new GridSort("channel")], grid.Sort);
        Assert.Equal(5, query.Problems.Count);
        Assert.Contains("there is no parameter 'grane': did you mean 'grain'?", query.Problems);
        Assert.Contains("from: a date is written 2021-12-31, not 'yesterday'", query.Problems);
    }

    [Fact]
    public void A_number_is_named_by_its_row_and_metric()
    {
        Dictionary<string, string> said = new() { ["row"] = "channel=TV; !brand?", ["metric"] = "spend" };
        QueryText query = new(name => said.GetValueOrDefault(name));
        LineageQuery lineage = query.Lineage();
        Assert.Empty(query.Problems);
        Assert.Equal(("TV", null, "spend"), (lineage.Row["channel"], lineage.Row["brand"], lineage.Metric));

        QueryText wrong = new(name => name == "row" ? "channel>TV" : null);
        wrong.Lineage();
        Assert.Equal(2, wrong.Problems.Count);
    }
}
