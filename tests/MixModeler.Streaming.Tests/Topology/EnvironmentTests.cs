using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

public sealed class EnvironmentTests
{
    private const string Main = """
        topology: small
        tenant: acme
        source: { identity: [_acme.id], lateness: 1h }
        features: [{ name: visits, count: visit }]
        environments:
          prod:
        """;

    [Fact]
    public void The_shipped_example_differs_by_environment()
    {
        TopologyPlan none = Load(null);
        TopologyPlan prod = Load("prod");
        TopologyPlan staging = Load("staging");

        Assert.Equal(("rich.web-events", "prod.web-events"), (none.Topics.Events, prod.Topics.Events));
        Assert.Equal((TimeSpan.FromHours(6), TimeSpan.FromDays(1)), (none.Source.Lateness, prod.Source.Lateness));
        Assert.Equal(["email"], none.Source.PersonalFields);
        Assert.Empty(prod.Source.PersonalFields);
        Assert.Equal([.. none.Schema.Features.Select(feature => feature.Name), "returns"], prod.Schema.Features.Select(feature => feature.Name));
        ModelPlan model = staging.Model!;
        Assert.Equal(("acme_staging", 0.5, 200, 0.2), (staging.Tenant, model.BaseRate, model.Learner.WindowExamples, model.Learner.Alpha));
        Assert.Equal(4, new[] { none, prod, staging, Load("local") }.Select(plan => plan.Version).Distinct().Count());
    }

    [Fact]
    public void A_file_beside_is_laid_over_what_the_topology_says_of_the_environment()
    {
        TopologyPlan plan = TopologyLoader.Parse(
            new Dictionary<string, string>
            {
                ["t.yaml"] = Main + " { tenant: inside, source: { future: 5m } }",
                ["t.prod.yaml"] = "include: [part.yaml]\ntenant: beside",
                ["part.yaml"] = "source: { lateness: 2h }",
            },
            "t.yaml",
            "prod").Plan!;

        Assert.Equal(("beside", TimeSpan.FromMinutes(5), TimeSpan.FromHours(2)), (plan.Tenant, plan.Source.FutureMax, plan.Source.Lateness));
    }

    [Theory]
    [InlineData("{ tenannt: x }", 6, 11, "a topology has no 'tenannt'; did you mean 'tenant'?")]
    [InlineData("{ source: { lateness: soon } }", 6, 31, "'lateness' is a duration")]
    [InlineData("{ source: { latenes: ~ } }", 6, 21, "there is no 'latenes' to remove; did you mean 'lateness'?")]
    [InlineData("{ source: { lateness: } }", 6, 31, "'lateness' has no value: null removes it")]
    [InlineData("{ features+: { name: a } }", 6, 11, "'features+' appends a list to a list; found a map for a list")]
    [InlineData("{ tenant+: [a] }", 6, 11, "'tenant+' appends a list to a list; found a list for 'acme'")]
    [InlineData("{ features+: [], features: [] }", 6, 26, "'features' is here twice; first in line 6")]
    [InlineData("{ source: ~ }", 1, 1, "a topology needs 'source'")]
    [InlineData("{ include: [a.yaml] }", 6, 11, "an environment has no 'include'")]
    [InlineData("{ environments: {} }", 6, 11, "an environment has no 'environments'")]
    [InlineData("[a]", 6, 9, "the environment 'prod' is a map with sections of a topology; found a list")]
    public void A_mistake_in_an_environment_is_told_whether_it_is_chosen_or_not(string environment, int line, int column, string message)
    {
        foreach (string? chosen in new[] { null, "prod" })
        {
            TopologyResult result = TopologyLoader.Parse(Main + " " + environment, "t.yaml", chosen);

            Assert.True(
                result.Problems.Any(problem => problem.Line == line && problem.Column == column && problem.Message.Contains(message, StringComparison.Ordinal)),
                $"{chosen}: {string.Join('\n', result.Problems)}");
        }
    }

    [Fact]
    public void A_list_replaces_a_plus_appends_and_null_removes()
    {
        Assert.Equal(["orders"], Names("{ features: [{ name: orders, count: order }] }"));
        Assert.Equal(["visits", "orders"], Names("{ features+: [{ name: orders, count: order }] }"));
        TopologyResult result = TopologyLoader.Parse(Main + " { source: { lateness: null } }", "t.yaml", "prod");
        Assert.Empty(result.Problems);
        Assert.Equal(TimeSpan.FromDays(1), result.Plan!.Source.Lateness);

        static IEnumerable<string> Names(string environment) =>
            TopologyLoader.Parse(Main + " " + environment, "t.yaml", "prod").Plan!.Schema.Features.Select(feature => feature.Name);
    }

    [Theory]
    [InlineData("prdo", "there is no environment 'prdo'; did you mean 'prod'? Allowed: local, prod, staging")]
    [InlineData("../prod", "the environment '../prod' is at most 64 letters, digits and - _")]
    [InlineData("", "the environment '' is at most")]
    public void An_environment_that_does_not_exist_is_named(string environment, string message)
    {
        Problem problem = Assert.Single(TopologyLoader.Load(RichTopology.Path, environment).Problems);

        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(new Place(RichTopology.Path, 1, 1), new Place(problem.File, problem.Line, problem.Column));
    }

    private static TopologyPlan Load(string? environment)
    {
        TopologyResult result = TopologyLoader.Load(RichTopology.Path, environment);
        Assert.True(result.IsValid, string.Join('\n', result.Problems));
        return result.Plan;
    }
}
