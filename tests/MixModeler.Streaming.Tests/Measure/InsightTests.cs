using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.Plan.Reading;
using MixModeler.Streaming.Tests.Mix;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Measure;

/// <summary>Answers about models, each number against another way to it.</summary>
public sealed class InsightTests
{
    private static readonly MeasuredMix Mix = Fitted();

    [Fact]
    public void Base_and_channels_of_a_period_are_what_the_model_expects_and_sum_to_the_report()
    {
        Insight insight = MixInsights.Ask(Mix, "contribution", new InsightQuery());
        InsightTable totals = insight.Table("totals");
        InsightTable periods = insight.Table("periods");
        MixReport report = MixReport.Of(Mix.Model);
        Assert.Equal(Mix.Model.Periods, totals.Rows.Count);
        for (int t = 0; t < totals.Rows.Count; t++)
        {
            double sum = totals.Number(t, "base") + totals.Number(t, "nonSpend") + totals.Number(t, "spend");
            Assert.Equal(totals.Number(t, "expected"), sum, 1e-6 * Math.Abs(sum));
            Assert.Equal(report.Fit.Residuals[t], totals.Number(t, "outcome") - sum, 1e-6 * Math.Abs(sum));
        }

        foreach (ChannelContribution channel in report.Contributions)
        {
            double sum = Enumerable.Range(0, periods.Rows.Count).Where(row => periods.Text(row, "part") == channel.Channel)
                .Sum(row => periods.Number(row, "mean"));
            Assert.Equal(channel.Total.Mean, sum, 1e-6 * Math.Abs(sum));
        }
    }

    [Fact]
    public void Roas_is_what_a_unit_of_spend_brought_and_roi_is_less_by_the_spend()
    {
        InsightTable channels = MixInsights.Ask(Mix, "channels", new InsightQuery()).Table("channels");
        MixReport report = MixReport.Of(Mix.Model);
        double spend = report.Contributions.Sum(each => each.Spend!.Value);
        for (int row = 0; row < channels.Rows.Count; row++)
        {
            ChannelContribution each = report.Contributions.Single(its => its.Channel == channels.Text(row, "channel"));
            Assert.Equal(each.Total.Mean / each.Spend!.Value, channels.Number(row, "roas"), 1e-9);
            Assert.Equal(channels.Number(row, "roas") - 1, channels.Number(row, "roi"), 1e-12);
            Assert.Equal(each.Spend.Value / each.Total.Mean, channels.Number(row, "cpa"), 1e-9);
            Assert.Equal(each.Spend.Value / spend, channels.Number(row, "spendShare"), 1e-12);
        }
    }

    [Fact]
    public void A_range_of_days_tells_of_its_periods_alone_and_every_question_has_an_answer()
    {
        DateOnly first = Mix.Model.History.Dates[10];
        string? Word(string word) => word switch { "from" => $"{first:yyyy-MM-dd}", "to" => $"{first.AddDays(27):yyyy-MM-dd}", _ => null };
        InsightQuery some = InsightQuery.Read(Word, ["tv", "radio"], out IReadOnlyList<string> problems);
        Assert.Empty(problems);
        Assert.Equal(4, MixInsights.Ask(Mix, "contribution", some).Table("totals").Rows.Count);
        foreach (string question in MixInsights.Questions)
        {
            Insight insight = MixInsights.Ask(Mix, question, new InsightQuery());
            Assert.NotEmpty(insight.Tables);
            Assert.Equal(insight.Tables.Count, InsightText.FromJson(System.Text.Json.JsonElement.Parse(InsightText.ToJson(insight))).Tables.Count);
        }

        InsightQuery.Read(word => word == "channels" ? "tvv" : null, ["tv", "radio"], out problems);
        Assert.Contains("tv", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_drift_alarms_come_as_seldom_as_was_asked_and_with_drift_soon()
    {
        const int Steps = 200_000;
        Random random = new(1);
        DriftTest calm = new(500);
        for (int step = 0; step < Steps; step++)
        {
            calm.Add(Normal(random));
        }

        Assert.InRange(calm.Alarms / (Steps / 500.0), 0.7, 1.2);
        int delay = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            DriftTest shifted = new(500);
            while (shifted.Add(Normal(random) + 1) == 0)
            {
                delay++;
            }
        }

        Assert.InRange(delay / 200.0, 4, 14);
    }

    [Fact]
    public void Rescaled_event_scores_add_up_to_the_mix()
    {
        List<EventScore> scores = [];
        PathAttributor attributor = new(new AttributorOptions(), new TouchEffects([1.2, 0.8], 1, 1));
        DateTimeOffset start = new(Mix.Model.History.Dates[0].ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        for (int i = 0; i < 300; i++)
        {
            long at = start.AddDays(i % 280).ToUnixTimeMilliseconds();
            attributor.Touch($"v{i}", $"t{i}", at, i % 2);
            attributor.Conversion($"v{i}", $"c{i}", at + 60_000, 1);
        }

        scores.AddRange(attributor.Changes.Select(change => change.Score));
        string[] channels = ["tv", "radio"];
        AttributionDay[] days =
        [
            .. scores.GroupBy(score => score.TimeMs / 86_400_000).OrderBy(day => day.Key).Select(day => Day((int)day.Key, [.. day], channels)),
        ];
        MeasuredAttribution attribution = new("clicks", "i", channels, attributor.Totals, days);
        Insight insight = Consistency.Of(Mix, attribution, new InsightQuery());
        InsightTable table = insight.Table("channels");

        IReadOnlyList<EventScore> rescaled = Consistency.Rescale(scores, channels, Consistency.Factors(insight));
        for (int c = 0; c < channels.Length; c++)
        {
            int row = table.Row("channel", channels[c]);
            double sum = rescaled.SelectMany(score => score.Touches).Where(touch => touch.Channel == c).Sum(touch => touch.Shares.Incremental);
            InsightTable periods = insight.Table("periods");
            int[] own = [.. Enumerable.Range(0, periods.Rows.Count).Where(period => periods.Text(period, "channel") == channels[c])];
            Assert.Equal(table.Number(row, "mix"), own.Sum(period => periods.Number(period, "mix")), 1e-6 * sum);
            Assert.Equal(own.Where(period => periods.Number(period, "attribution") > 0).Sum(period => periods.Number(period, "mix")), sum, 1e-6 * sum);
            Assert.Contains(own, period => periods.Number(period, "attribution") > 0);
            Assert.InRange(table.Number(row, "ratio"), table.Number(row, "ratioQ05"), table.Number(row, "ratioQ95"));
        }

        Assert.All(rescaled, score => Assert.Equal(1, score.Baseline + score.Touches.Sum(touch => touch.Shares.Incremental), 1e-9));
    }

    [Fact]
    public void Only_periods_of_which_the_attribution_has_every_day_are_compared()
    {
        IReadOnlyList<DateOnly> dates = Mix.Model.History.Dates;
        string[] channels = ["tv", "radio"];
        AttributionDay[] days = [.. Enumerable.Range(dates[3].DayNumber + 2, 30).Select(day => Day(day - 719_162, [], channels))];
        Insight insight = Consistency.Of(Mix, new MeasuredAttribution("clicks", "i", channels, new AttributionTotals(1), days), new InsightQuery());

        // From the first period that begins within the days to the last one that ends within them.
        Assert.Equal((dates[4], dates[6]), (insight.From, insight.To));
        Insight same = MixInsights.Ask(Mix, "contribution", new InsightQuery { From = dates[4], To = dates[6] });
        InsightTable periods = same.Table("periods");
        double sum = Enumerable.Range(0, periods.Rows.Count).Where(row => periods.Text(row, "part") == "tv").Sum(row => periods.Number(row, "mean"));
        Assert.Equal(sum, insight.Table("channels").Number(0, "mix"), 1e-9 * sum);
    }

    [Fact]
    public void A_plan_on_the_posterior_spends_its_budget_and_beats_what_is_spent_now()
    {
        PlanResponse response = MixResponse.Of(Mix, 50, out string? objection)!;
        Assert.Null(objection);
        byte[] terms = System.Text.Encoding.UTF8.GetBytes("""{"budget":300}""");
        BudgetProblem? problem = BudgetProblemReader.Read(terms, "terms.json", null, response, out IReadOnlyList<Problem> problems);
        Assert.True(problem is not null, string.Join('\n', problems));
        PlanResult plan = PlanSolver.Solve(problem);
        Assert.Equal(300, plan.Spend.Sum(), 1e-6);
        Assert.InRange(plan.Gap, 0, 1e-3);
    }

    private static AttributionDay Day(int day, EventScore[] scores, string[] channels)
    {
        Dictionary<string, ChannelTotals> totals = channels.Select((name, c) => (name, Sum: scores.SelectMany(score => score.Touches)
            .Where(touch => touch.Channel == c).Sum(touch => touch.Shares.Incremental)))
            .ToDictionary(each => each.name, each => new ChannelTotals(0, each.Sum, each.Sum, 0, 0, 0, 0, 0));
        return new AttributionDay(
            DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day)), scores.Length, scores.Length, scores.Sum(score => score.Baseline),
            scores.Sum(score => score.Baseline), totals);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static MeasuredMix Fitted()
    {
        ChannelSpec Channel(string name) => new(
            name, name, name, 4, new AdstockSpec(AdstockShape.Geometric, 4, true, 0, [new("alpha", new Prior(PriorKind.Beta, 2, 2))]),
            new SaturationSpec(SaturationCurve.Hill, [new("slope", new Prior(PriorKind.Fixed, 1)), new("half", new Prior(PriorKind.Gamma, 3, 4))]),
            new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 1)));
        MixSpec spec = MixExample.Linear(new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 1))) with
        {
            Channels = [Channel("tv"), Channel("radio")],
            Noise = new Prior(PriorKind.LogNormal, -2, 0.3),
            Particles = 200,
        };
        MixSimulation simulated = MixSimulation.Of(spec, MixExample.Weeks(60, 5, inputs: 2), 3);
        MixJournal journal = MixJournal.Over(spec, simulated.Observations);
        return new MeasuredMix("sales", "identity", journal.Model, null, journal.Refreshes);
    }
}
