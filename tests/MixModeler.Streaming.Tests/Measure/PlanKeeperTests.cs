using System.Text.Json;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Tests.Mix;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Measure;

/// <summary>Plans that follow a mix: solved again when it changed, moved only when the gain is sure, and put away.</summary>
public sealed class PlanKeeperTests
{
    private const string Weekly = "      budget: 7.8 ";
    private static readonly string Text = RepositoryFiles.Read("topologies/marketing-mix/topology.yaml")
        .Replace("weeks: 13 }", "weeks: 4, pattern: even }", StringComparison.Ordinal)
        .Replace(Weekly, "      budget: 2.4 ", StringComparison.Ordinal)
        .Replace("lower: { x1: 0.5, x2: 0.5 }", "lower: { x1: 0.1, x2: 0.1 }", StringComparison.Ordinal)
        .Replace("      particles: 1000", "      particles: 100", StringComparison.Ordinal)
        .Replace("    mix: sales\n", "    mix: sales\n    draws: 20\n", StringComparison.Ordinal);

    private static readonly Lazy<StoredMix> Model = new(() => ModelOf(120));

    private readonly Dictionary<string, MemoryStateStore> stores = [];
    private readonly RecordingSink sink = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_is_that_of_its_terms_on_the_mix_s_posterior()
    {
        TopologyPlan topology = Valid(Text);
        PlanKeeper keeper = await KeeperAsync(topology);
        Assert.Equal("Processing", (await StandingAsync(topology)).Status);

        await keeper.RefreshedAsync(topology, topology.Mixes[0], Model.Value, sink, Stop);

        PlanResult expected = Solved(topology);
        StoredPlan stored = (await StoredAsync(topology))!;
        Assert.Equal(PlanDocument.ToJson(expected), PlanDocument.ToJson(stored.Follower.Active!));
        PlanStanding standing = await StandingAsync(topology);
        DateOnly last = Model.Value.Model!.History.Dates[^1];
        Assert.Equal(("Complete", last, last, null), (standing.Status, standing.LastPeriod!.Value, standing.MovedAt!.Value, standing.Problem));
        Assert.Equal(2.4, standing.Spend!.Value, 1e-9);
        JsonElement told = JsonElement.Parse(Assert.Single(sink.On("mm.measurements")));
        Assert.Equal("quarter", told.GetProperty("plan").GetString());
        Assert.Equal(expected.Spend, told.GetProperty("active").GetProperty("spend").EnumerateArray().Select(each => each.GetDouble()));
    }

    [Fact]
    public async Task A_plan_in_force_stays_while_a_better_one_is_not_sure_and_outlives_its_owner()
    {
        TopologyPlan topology = Valid(Text);
        PlanKeeper keeper = await KeeperAsync(topology);
        await keeper.RefreshedAsync(topology, topology.Mixes[0], Model.Value, sink, Stop);
        double[] spend = (await StoredAsync(topology))!.Follower.Active!.Spend;

        // The owner dies, and four weeks later its successor has learned a little more.
        keeper = await KeeperAsync(topology);
        await keeper.RefreshedAsync(topology, topology.Mixes[0], ModelOf(124), sink, Stop);

        StoredPlan stored = (await StoredAsync(topology))!;
        Assert.Equal(spend, stored.Follower.Active!.Spend);
        Assert.NotEqual(spend, stored.Follower.Newest!.Spend);
        Assert.True(stored.Follower.Newest.Move!.Probability < 0.9);
        Assert.Equal(Model.Value.Model!.History.Dates[^1], stored.MovedAt);
        Assert.Equal(124, stored.Periods);
    }

    [Fact]
    public async Task Other_terms_begin_anew_and_a_plan_that_is_gone_leaves_nothing()
    {
        TopologyPlan topology = Valid(Text);
        PlanKeeper keeper = await KeeperAsync(topology);
        await keeper.RefreshedAsync(topology, topology.Mixes[0], Model.Value, sink, Stop);

        TopologyPlan other = Valid(Text.Replace("budget: 2.4", "budget: 3.2", StringComparison.Ordinal));
        await keeper.SeatAsync(other, Stop);
        Assert.Equal("Processing", (await StandingAsync(other)).Status);
        await keeper.RefreshedAsync(other, other.Mixes[0], Model.Value, sink, Stop);
        Assert.Equal(3.2, (await StandingAsync(other)).Spend!.Value, 1e-9);

        await keeper.SeatAsync(topology with { Plans = [] }, Stop);
        Assert.Null(await StoredAsync(topology));
    }

    [Fact]
    public async Task Terms_that_leave_no_plan_are_a_sentence_and_the_plan_in_force_stays()
    {
        TopologyPlan topology = Valid(Text);
        PlanKeeper keeper = await KeeperAsync(topology);
        await keeper.RefreshedAsync(topology, topology.Mixes[0], Model.Value, sink, Stop);
        MixPlan mix = topology.Mixes[0];
        int x2 = new MixStream(mix.Spec).Inputs.ToList().IndexOf("x2");
        StoredMix silent = ModelOf(60, week => week with { Inputs = [.. week.Inputs.Select((value, i) => i == x2 ? 0 : value)] });

        await keeper.RefreshedAsync(topology, mix, silent, sink, Stop);

        PlanStanding standing = await StandingAsync(topology);
        Assert.Equal("Failed", standing.Status);
        Assert.Contains("has never spent anything", standing.Problem, StringComparison.Ordinal);
        Assert.Equal(2.4, standing.Spend!.Value, 1e-9);
    }

    [Fact]
    public void A_plan_that_begins_later_carries_in_what_will_have_been_spent_until_then()
    {
        MeasuredMix mix = new("sales", "", Model.Value.Model!, null, Model.Value.Refreshes);
        DateOnly next = mix.Model.History.Dates[^1].AddDays(7);

        PlanResponse now = MixResponse.Of(mix, 20, out _)!;
        PlanResponse later = MixResponse.Of(mix, 20, out _, next.AddDays(14))!;
        PlanResponse before = MixResponse.Of(mix, 20, out _, next.AddDays(-14))!;

        Assert.Equal(now.Volumes[0], MixResponse.Of(mix, 20, out _, next)!.Volumes[0]);
        Assert.Equal(now.Volumes[0][2..], later.Volumes[0][..^2]);
        Assert.Equal(now.WeeklySpend[0] / now.Costs[0], later.Volumes[0][^1], 1e-12);
        Assert.Equal(now.Volumes[0][..^2], before.Volumes[0][2..]);
    }

    [Theory]
    [InlineData("confidence: 0.9", "confidenze: 0.9", 83, "a budget problem has no 'confidenze'")]
    [InlineData("upper: { x1: 6, x2: 6 }", "upper: { x1: 6, x2: 6, x3: 6 }", 81, "x3")]
    [InlineData("mix: sales", "mix: sails", 76, "there is no mix 'sails'")]
    [InlineData("          spend: x2\n", "", 75, "has no 'spend'")]
    public void A_mistake_in_a_plan_has_its_place(string before, string after, int line, string message)
    {
        TopologyResult result = PlanTerms.Check(TopologyLoader.Parse(Text.Replace(before, after, StringComparison.Ordinal), "t.yaml"));

        Problem problem = Assert.Single(result.Problems);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(("t.yaml", line), (problem.File, problem.Line));
    }

    [Fact]
    public void What_was_spent_is_held_against_a_plan_of_the_past()
    {
        MeasuredMix mix = new("sales", "", Model.Value.Model!, null, Model.Value.Refreshes);
        DateOnly start = mix.Model.History.Dates[^4];
        TopologyPlan topology = Valid(Text.Replace("start: 2021-08-30", $"start: {start:yyyy-MM-dd}", StringComparison.Ordinal));

        PlanPacing pacing = MixSpend.Pacing(mix, Solved(topology));

        double spent = mix.Model.History.Input(mix.Model.Layout.SpendInputs[0])[^4..].ToArray().Sum();
        Assert.Equal(spent, pacing.Channels.Single(line => line.Name == mix.Model.Layout.Channels[0].Name).Actual.Spend, 1e-12);
        Assert.Equal(mix.Model.History.Dates[^1].AddDays(6), pacing.AsOf);
        Assert.Equal(2.4, pacing.Total.Due.Spend, 1e-9);
    }

    private static PlanResult Solved(TopologyPlan topology)
    {
        MeasuredMix mix = new("sales", "", Model.Value.Model!, null, Model.Value.Refreshes);
        PlanResponse response = MixResponse.Of(mix, 20, out _, PlanTerms.StartOf(topology.Plans[0]))!;
        return PlanSolver.Solve(PlanTerms.Read(topology.Plans[0], response, out string? problem) ?? throw new InvalidOperationException(problem));
    }

    private static StoredMix ModelOf(int weeks, Func<MixObservation, MixObservation>? change = null)
    {
        MixSpec spec = Valid(Text).Mixes[0].Spec;
        MixTable table = MixTable.Read(RepositoryFiles.Read("topologies/marketing-mix/weeks.csv"), "weeks.csv", spec with { Date = "week" });
        return new StoredMix { Model = MixExample.Fit(spec, table.Observations.Take(weeks).Select(week => change is null ? week : change(week))) };
    }

    private async Task<PlanKeeper> KeeperAsync(TopologyPlan topology)
    {
        PlanKeeper keeper = new(Open);
        await keeper.SeatAsync(topology, Stop);
        return keeper;
    }

    private async Task<StoredPlan?> StoredAsync(TopologyPlan topology) =>
        await new PlanStore(Open(PlanStore.ScopeOf(topology.Name, "quarter"))).PeekAsync(Stop);

    private async Task<PlanStanding> StandingAsync(TopologyPlan topology) => PlanStandings.Of(topology.Plans[0], await StoredAsync(topology));

    private MemoryStateStore Open(string scope) => stores.TryGetValue(scope, out MemoryStateStore? store) ? store : stores[scope] = new MemoryStateStore();

    private static TopologyPlan Valid(string text)
    {
        TopologyResult result = TopologyLoader.Parse(text, "t.yaml");
        return result.Plan ?? throw new InvalidOperationException(string.Join('\n', result.Problems));
    }
}
