using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Tests.Push;

/// <summary>
/// A switch between two versions whose rows have the same width and another order, so that a row, a model or a plan of the one read by
/// the other gives an experience that neither version has for that visitor.
/// </summary>
public sealed class SwitchTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Visitors = 400;

    private readonly LinkFixture link = new();

    public ValueTask DisposeAsync() => link.DisposeAsync();

    [Fact]
    public async Task No_decision_is_torn_while_versions_switch_to_and_fro_under_rows_of_both()
    {
        TopologyPlan one = Plan("one", "clicks", "views");
        TopologyPlan two = Plan("two", "views", "clicks");
        HubServer hub = link.StartHub(planOf: version => version == "one" ? one : version == "two" ? two : null);
        hub.Switch(one);
        hub.Publish(Model(one, 1));
        long offset = 0;
        offset = Feed(hub, one, one, offset);
        hub.CaughtUp();
        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        Dictionary<string, int> shown = [];
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task asking = AskAsync(edge, shown, over.Token);

        TopologyPlan runs = one;
        for (int round = 0; round < 12; round++)
        {
            TopologyPlan next = runs == one ? two : one;
            // Partition 0 switches before the hub, partition 1 after it.
            offset = Feed(hub, next, runs, offset);
            hub.Switch(next);
            offset = Feed(hub, next, runs, offset);
            offset = Feed(hub, next, next, offset);
            hub.Publish(Model(next, 2 + round));
            await Wait.Until(
                () => edge.Status() is { Ready: true, Rows: Visitors } status && status.PlanVersion == next.Version && status.ModelVersion == 2 + round,
                $"the edge runs {next.Version}");
            runs = next;
        }

        await over.CancelAsync();
        await asking.WaitAsync(Wait.LongDeadline, TestContext.Current.CancellationToken);
        output.WriteLine(string.Join(", ", shown.OrderBy(each => each.Key).Select(each => $"{each.Key}: {each.Value}")));
        Assert.Equal(["one-clicker", "one-viewer", "two-clicker", "two-viewer"], shown.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(0, hub.Status().RecordsRefused);
        Assert.Equal((0L, 0L), (edge.Status().ModelsRefused, edge.Status().PlansRefused));
    }

    [Fact]
    public async Task Rows_and_model_go_on_in_the_new_layout_and_a_feature_made_anew_is_unknown()
    {
        TopologyPlan one = Plan("one", "clicks", "views");
        // Same names and kinds: but `views` counts something else now.
        TopologyPlan two = Plan("two", "clicks", "views") with { Matches = [new FeatureMatch("eventType", "clicks"), new FeatureMatch("eventType", "seen")] };
        HubServer hub = link.StartHub(planOf: version => version == "one" ? one : null);
        hub.Switch(one);
        hub.Publish(Model(one, 1));
        Feed(hub, one, one, 0);
        hub.CaughtUp();
        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
        ulong instance = hub.Status().Instance;

        hub.Switch(two);
        await Wait.Until(() => edge.Status().PlanVersion == "two", "the edge runs two");

        Assert.NotEqual(instance, hub.Status().Instance);
        Assert.Equal((1L, 1L), (edge.Status().ModelVersion, edge.Status().Connects));
        Assert.Contains("two-clicker", await LinkFixture.Ask(edge, "MM.DECIDE hero v0"), StringComparison.Ordinal);
        // A viewer's views are not known any more, and without them nothing holds.
        Assert.Contains("two-other", await LinkFixture.Ask(edge, "MM.DECIDE hero v1"), StringComparison.Ordinal);

        // Rows alone do not make a new instance: rules of the same layout switch in place.
        instance = hub.Status().Instance;
        hub.Switch(two with { Version = "three", Decisions = two.Decisions with { Version = "three" } });
        await Wait.Until(() => edge.Status().PlanVersion == "three", "the edge runs three");
        Assert.Equal(instance, hub.Status().Instance);
    }

    [Fact]
    public async Task Another_label_lets_the_edge_begin_at_the_base_rate_again()
    {
        TopologyPlan one = Plan("one", "clicks", "views");
        TopologyPlan two = Plan("two", "clicks", "views") with { Model = one.Model! with { LabelEvent = "purchase" } };
        HubServer hub = link.StartHub();
        hub.Switch(one);
        hub.Publish(Model(one, 5));
        Feed(hub, one, one, 0);
        hub.CaughtUp();
        EdgeServer edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status() is { Ready: true, ModelVersion: 5 }, "the edge is ready");

        hub.Switch(two);
        await Wait.Until(() => edge.Status() is { PlanVersion: "two", ModelVersion: 0, Rows: Visitors }, "the edge runs two");
        // A late one of the old label.
        hub.Publish(Model(one, 6));
        hub.Publish(Model(two, 7));
        await Wait.Until(() => edge.Status().ModelVersion == 7, "the edge has the new model");
        Assert.Equal(7, hub.Status().ModelVersion);
    }

    [Fact]
    public void A_row_of_a_version_that_nobody_knows_is_refused_and_counted()
    {
        TopologyPlan one = Plan("one", "clicks", "views");
        HubServer hub = link.StartHub();
        hub.Switch(one);

        HubApplied outcome = hub.Apply(Scores(Plan("never", "views", "clicks"), 0, 0));

        Assert.Equal((0, Visitors / 2), (outcome.Applied, outcome.Refused));
        Assert.Equal(0, hub.Status().Visitors);
    }

    // Even visitors are of partition 0 and click, odd ones of partition 1 and view.
    private static long Feed(HubServer hub, TopologyPlan partition0, TopologyPlan partition1, long offset)
    {
        Assert.Equal(Visitors / 2, hub.Apply(Scores(partition0, 0, offset)).Applied);
        Assert.Equal(Visitors / 2, hub.Apply(Scores(partition1, 1, offset)).Applied);
        return offset + Visitors;
    }

    private static RecordBatch Scores(TopologyPlan plan, int partition, long firstOffset)
    {
        ScoreRecordWriter writer = new(plan.Schema, "propensity", plan.Version);
        RecordBatch batch = new() { Partition = partition };
        for (int i = 0; i < Visitors / 2; i++)
        {
            byte[] id = Encoding.UTF8.GetBytes($"v{2 * i + partition}");
            Origin origin = new(partition, firstOffset + i, 0);
            long[] row = [Sample.EventMs, 0, 0];
            row[1 + plan.Schema.IndexOf(partition == 0 ? "clicks" : "views")] = 500;
            batch.Add(origin.Offset, 1, id, writer.Write(id, 0.5, 1, Sample.EventMs, origin, 1, row));
        }

        return batch;
    }

    // One score for whoever clicks and another for whoever views; rules ask for both, and everything else is torn.
    private static TopologyPlan Plan(string version, params string[] features)
    {
        FeatureSchema schema = new(features.Select(name => new Feature(name, FeatureKind.Count)));
        return new TopologyPlan
        {
            Name = "sample",
            Tenant = "luma",
            Version = version,
            Source = new SourcePlan { IdentityPaths = ["_luma.userid"] },
            Schema = schema,
            Matches = [.. features.Select(name => new FeatureMatch("eventType", name))],
            Model = new ModelPlan { Name = "propensity", LabelEvent = "form", BaseRate = 0.02, ProfilePath = "_luma.propensity" },
            Topics = new TopicNames(),
            Decisions = new DecisionDocument
            {
                Topology = "sample",
                Version = version,
                Model = "propensity",
                BaseRate = 0.02,
                Features = [.. schema.Features],
                Scopes =
                [
                    new ScopeDocument
                    {
                        Scope = "hero",
                        Rules =
                        [
                            Rule("clicker", "clicks", 0.9, 1, version),
                            Rule("viewer", "views", 0.4, 0.6, version),
                        ],
                        Otherwise = $"{version}-other",
                        Unknown = $"{version}-unknown",
                    },
                ],
            },
        };
    }

    private static RuleDocument Rule(string name, string feature, double from, double to, string version) => new()
    {
        Name = name,
        Show = $"{version}-{name}",
        ScoreFrom = from,
        ScoreTo = to,
        Features = [new FeatureCondition { Feature = feature, AtLeast = 100 }],
    };

    private static ModelDocument Model(TopologyPlan plan, long version)
    {
        double[] weights = new double[2];
        weights[plan.Schema.IndexOf("clicks")] = 2;
        double[] values = new double[2];
        values[plan.Schema.IndexOf("clicks")] = 500;
        return new ModelDocument
        {
            Topology = "sample",
            Model = "propensity",
            Version = version,
            LabelId = Learn.LabelId.Text(Learn.LabelId.Of(plan)),
            Weights = weights,
            Inputs = [.. plan.Schema.InputNames],
            Golden = [new GoldenScore { Values = [values[0], values[1]], Score = LinearModel.Sigmoid(2 * Math.Log(501)) }],
        };
    }

    private static async Task AskAsync(EdgeServer edge, Dictionary<string, int> shown, CancellationToken over)
    {
        const int Together = 50;
        for (int first = 0; !over.IsCancellationRequested; first = (first + Together) % Visitors)
        {
            string answers = await LinkFixture.Ask(edge, string.Join("\r\n", Enumerable.Range(first, Together).Select(i => $"MM.DECIDE hero v{i}")));
            string[] experiences = [.. answers.Split("\r\n").Where(IsExperience)];
            Assert.Equal(Together, experiences.Length);
            for (int i = 0; i < Together; i++)
            {
                Assert.EndsWith((first + i) % 2 == 0 ? "-clicker" : "-viewer", experiences[i], StringComparison.Ordinal);
                shown[experiences[i]] = shown.GetValueOrDefault(experiences[i]) + 1;
            }
        }

        static bool IsExperience(string line) => line.StartsWith("one-", StringComparison.Ordinal) || line.StartsWith("two-", StringComparison.Ordinal);
    }
}
