using System.Text;
using System.Xml.Linq;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Draw;

namespace MixModeler.Streaming.Tests.Plans;

public sealed class PlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private const string Mix = """
        {"contributions":{"a":{"mean":3,"periods":[{"date":"2026-01-05","mean":1,"q05":0,"q95":2},{"date":"2026-01-12","mean":2,"q05":1,"q95":3}]},
          "b":{"mean":5,"periods":[{"date":"2026-01-05","mean":4,"q05":0,"q95":2},{"date":"2026-01-12","mean":1,"q05":1,"q95":3}]}},
         "curves":{"a":{"current":5,"breakEven":null,"points":[{"media":0,"response":0,"q05":0,"q95":0},{"media":10,"response":8,"q05":6,"q95":9}],"adstock":[1,0.5]}},
         "effects":{"a":[{"date":"2026-01-05","mean":1,"q05":0.5,"q95":2},{"date":"2026-01-12","mean":2,"q05":1,"q95":3}]}}
        """;

    private const string Credit = """
        {"channels":[{"channel":"a<b","conversions":3,"value":1,"removalEffect":null,"conversionsInterval":{"mean":3,"q05":2,"q95":4}},
         {"channel":"c","conversions":9,"value":1,"removalEffect":0.1,"conversionsInterval":{"mean":9,"q05":7,"q95":10}}]}
        """;

    [Theory]
    [InlineData("response", Mix)]
    [InlineData("adstock", Mix)]
    [InlineData("contributions", Mix)]
    [InlineData("effects", Mix)]
    [InlineData("attribution", Credit)]
    public void A_picture_is_well_formed_and_inside_of_its_frame(string kind, string json)
    {
        XElement picture = Drawn(kind, json);

        double width = (double)picture.Attribute("width")!;
        double height = (double)picture.Attribute("height")!;
        Assert.True(picture.Descendants(Svg + "text").Count() >= 8);
        Assert.All(picture.Descendants(Svg + "line")
            .SelectMany(line => new[] { "x1", "x2" }.Select(name => (double)line.Attribute(name)!)), x => Assert.InRange(x, 0, width));
        Assert.All(picture.Descendants(Svg + "text").Select(text => (double)text.Attribute("y")!), y => Assert.InRange(y, 0, height));
    }

    [Fact]
    public void Bars_are_as_high_as_their_numbers()
    {
        XElement picture = Drawn("attribution", Credit);
        double[] heights = [.. picture.Descendants(Svg + "rect").Select(bar => (double)bar.Attribute("height")!)];

        Assert.Equal(2, heights.Length);
        Assert.Equal(3, heights[0] / heights[1], 0.01);
        Assert.Contains(picture.Descendants(Svg + "text"), text => text.Value == "a<b");
    }

    [Fact]
    public void A_plan_is_drawn_with_its_curves_its_weeks_and_today()
    {
        string plan = Encoding.UTF8.GetString(PlanDocument.ToJson(PlanSolver.Solve(PlanProblems.Reference("sshape5"))));

        Assert.Equal(5, Drawn("response", plan).Descendants(Svg + "polyline").Count());
        Assert.Equal(2 + 10, Drawn("plan", plan).Descendants(Svg + "rect").Count());
        Assert.Null(Plot.Of("adstock", Encoding.UTF8.GetBytes(plan), out string? problem));
        Assert.Contains("nothing carries over", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"channels\":", "1:13: this is no JSON")]
    [InlineData("{\"channels\":[{\"conversions\":1}]}", "1:1: this is no output of a command")]
    [InlineData("[]", "there is nothing to draw")]
    public void What_cannot_be_drawn_is_said(string json, string expected)
    {
        Assert.Null(Plot.Of("attribution", Encoding.UTF8.GetBytes(json), out string? problem));
        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    private static XElement Drawn(string kind, string json)
    {
        string? svg = Plot.Of(kind, Encoding.UTF8.GetBytes(json), out string? problem);
        Assert.Null(problem);
        return XElement.Parse(svg!);
    }
}
