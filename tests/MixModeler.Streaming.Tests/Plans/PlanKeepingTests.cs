using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Plans;

public sealed class PlanKeepingTests
{
    private const string Flights = """
        {"name":"spring","channels":["tv","search"],"beta":[100,80],"half_saturation":[40,30],"slope":[0.9,0.8],"revenue_per_conversion":3,"baseline":10,
         "periods":[{"name":"march","start":"2026-03-02","weeks":2,"budget":60,"pattern":"even"},{"name":"april","start":"2026-03-16","budget":40}]}
        """;

    [Fact]
    public void A_plan_reads_back_as_it_was_written()
    {
        PlanResult plan = PlanSolver.Solve(PlanProblems.Read(Flights));
        byte[] json = PlanDocument.ToJson(plan);

        PlanResult? back = PlanDocument.FromJson(json, out string? problem);

        Assert.Null(problem);
        Assert.Equal(json, PlanDocument.ToJson(back!));
        Assert.Equal(plan.Decided, back!.Decided);
        Assert.Null(PlanDocument.FromJson(json[..^5], out problem));
        Assert.StartsWith("1:", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tables_have_the_columns_of_the_original_and_add_up()
    {
        PlanResult plan = PlanSolver.Solve(PlanProblems.Read(Flights));
        string[] summary = PlanTables.Summary(plan).TrimEnd().Split('\n');
        string[] detailed = PlanTables.Detailed(plan).TrimEnd().Split('\n');

        Assert.Equal("Date range,Channel,ROI,CPA,Revenue,Conversion goal,Spend", summary[0]);
        Assert.Equal(1 + (2 * 5), summary.Length);
        Assert.Equal(1 + (3 * 5), detailed.Length);
        Assert.StartsWith("2026-03-02 - 2026-03-15,All,", summary[1], StringComparison.Ordinal);
        Assert.StartsWith("2026-03-09 - 2026-03-15,All,", detailed[6], StringComparison.Ordinal);
        Assert.EndsWith(",60", summary[1], StringComparison.Ordinal);
        Assert.Equal("2026-03-16 - 2026-03-22,Non-paid,,0,30,10,0", summary[10]);
    }

    [Fact]
    public void Two_plans_are_compared_line_by_line()
    {
        PlanResult first = PlanSolver.Solve(PlanProblems.Read(Flights));
        PlanResult second = PlanSolver.Solve(PlanProblems.Read(Flights.Replace("\"budget\":40", "\"budget\":50", StringComparison.Ordinal)));

        IReadOnlyList<PlanComparison.Line> lines = PlanComparison.Of(first, second);

        Assert.Equal(10, lines.Single(line => line.Name == "Planned spend").Delta!.Value, 1e-9);
        PlanComparison.Line roi = lines.Single(line => line.Name == "Paid marketing ROI");
        Assert.Equal((first.Value - 100) / 100, roi.First!.Value, 1e-9);
        Assert.True(lines.Single(line => line.Name == "Forecasted ROI").First > roi.First);
        Assert.Equal("2026-03-02 - 2026-03-22", PlanComparison.DateRange(first));
    }

    [Fact]
    public void A_pace_is_what_was_spent_against_what_was_due()
    {
        PlanResult plan = PlanSolver.Solve(PlanProblems.Read(Flights));
        string csv = "date,channel,spend,conversions,revenue\n2026-03-02,tv,5,1,3\n2026-03-04,tv,7,,\n2026-03-20,tv,100,,\n2026-03-03,radio,4,,\n";
        IReadOnlyList<ActualSpend> actuals = ActualSpend.Read(csv, "a.csv", out IReadOnlyList<Problem> problems);
        Assert.Empty(problems);

        PlanPacing pacing = PlanPacing.Of(plan, actuals, new DateOnly(2026, 3, 8));

        PacingLine tv = pacing.Channels[0];
        Assert.Equal(plan.Weeks[0].Spend[0], tv.Due.Spend, 1e-9);
        Assert.Equal(12, tv.Actual.Spend);
        Assert.Equal(12 / plan.Weeks[0].Spend[0], tv.Pace!.Value, 1e-9);
        Assert.Equal(14, tv.DaysLeft);
        Assert.Equal((plan.Spend[0] - 12) / 14, tv.NeededPerDay!.Value, 1e-9);
        Assert.Equal(4, pacing.Unplanned["radio"]);
        Assert.Equal(30, pacing.Total.Due.Spend, 1e-9);
    }

    [Theory]
    [InlineData("day,channel,spend\n", "a.csv:1:1: there is no column 'date'")]
    [InlineData("date,channel,spend\n2026-3-1,tv,1\n", "a.csv:2:1: 'date' is a day")]
    [InlineData("date,channel,spend\n2026-03-01,tv,x\n", "a.csv:2:15: 'spend' is a number; found 'x'")]
    public void A_row_that_is_wrong_is_said_with_its_place(string csv, string expected)
    {
        ActualSpend.Read(csv, "a.csv", out IReadOnlyList<Problem> problems);

        Assert.StartsWith(expected, Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_onto_another_model_keeps_what_both_know()
    {
        string first = """
            {"name":"a","channels":["tv","search"],"beta":[1,2],"half_saturation":[3,4],"budget":100,"lower":[10,20],"upper":[60,70],
             "groups":[{"channels":["tv"],"max":50},{"channels":["search"],"max":65}],"constraints":[{"weights":[1,-1],"max":40}]}
            """;
        string model = """{"channels":["search","radio"],"beta":[5,6],"half_saturation":[7,8],"budget":1}""";

        BudgetProblem copy = PlanProblems.Read(PlanDuplicate.Of(first, model, ["tv", "search"], ["search", "radio"], "b"));

        Assert.Equal("b", copy.Name);
        Assert.Equal(["search", "radio"], copy.Channels);
        Assert.Equal([20.0, 0], copy.Lower);
        Assert.Equal([70.0, 100], copy.Upper);
        Assert.Equal(65, Assert.Single(copy.Constraints).Max);
        Assert.Equal(5, ((MixModeler.Streaming.Plan.Curves.HillCurve)copy.Conversions[0].Curves[0]).Beta);
    }

    [Fact]
    public void A_follower_restored_from_its_bytes_goes_on_as_it_would_have()
    {
        BudgetProblem problem = PlanProblems.Reference("sshape5");
        PlanFollower follower = new();
        Assert.True(follower.Follow(problem));
        PlanFollower restored = PlanFollower.Restore(follower.Snapshot());

        BudgetProblem tomorrow = problem with { Budget = problem.Budget * 1.01 };
        Assert.Equal(follower.Follow(tomorrow), restored.Follow(tomorrow));

        Assert.Equal(follower.Snapshot(), restored.Snapshot());
        Assert.Equal(tomorrow.Budget, restored.Active!.Spend.Sum(), 1e-6);
        Assert.Throws<InvalidDataException>(() => PlanFollower.Restore(follower.Snapshot()[..40]));
    }

    [Fact]
    public void A_follower_stays_where_nothing_is_gained()
    {
        BudgetProblem problem = PlanProblems.Reference("concave5");
        PlanFollower follower = new();
        follower.Follow(problem);
        double[] active = follower.Active!.Spend;

        Assert.False(follower.Follow(problem));
        Assert.Same(active, follower.Active!.Spend);
    }

    [Fact]
    public void A_follower_of_several_weeks_stays_too_and_moves_when_the_plan_is_no_longer_allowed()
    {
        BudgetProblem one = PlanProblems.Reference("concave5");
        BudgetProblem problem = one with
        {
            Budget = 3 * one.Budget,
            Upper = [.. one.Upper.Select(most => 3 * most)],
            Periods = [.. Enumerable.Range(0, 3).Select(p => one.Periods[0] with { Name = $"week {p}" })],
        };
        PlanFollower follower = new();
        follower.Follow(problem);
        double[] active = follower.Active!.Spend;

        Assert.False(follower.Follow(problem));
        Assert.Same(active, follower.Active!.Spend);
        Assert.Equal(0, follower.Newest!.Move!.Gain, 1e-6);
        double[] upper = [.. problem.Upper];
        upper[0] = 0.99 * active[0];
        Assert.True(follower.Follow(problem with { Upper = upper }));
        Assert.InRange(follower.Active!.Spend[0], 0, upper[0] * (1 + 1e-9));
    }

    [Fact]
    public void A_gain_over_another_budget_tells_what_the_split_alone_brings()
    {
        BudgetProblem problem = PlanProblems.Reference("concave5");
        double[] half = [.. problem.Upper.Select(_ => problem.Budget / 2 / problem.Upper.Length)];

        PlanMove move = PlanSolver.Solve(problem with { CurrentSpend = half }).Move!;
        PlanMove whole = PlanSolver.Solve(problem with { CurrentSpend = [.. half.Select(spend => 2 * spend)] }).Move!;

        Assert.Equal(whole.Gain, move.SplitGain!.Value, 1e-9);
        Assert.True(move.Gain > move.SplitGain);
        Assert.Null(whole.SplitGain);
    }
}
