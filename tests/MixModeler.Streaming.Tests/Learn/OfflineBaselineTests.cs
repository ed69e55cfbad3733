using MixModeler.Streaming.Learn.Offline;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Learn;

public sealed class OfflineBaselineTests
{
    [Fact]
    public void A_two_by_two_table_is_fitted_to_its_closed_form()
    {
        // 30 of 100 without and 80 of 100 with the input: log-odds ln(3/7) and ln(8/2).
        List<double[]> inputs = [];
        List<bool> labels = [];
        for (int i = 0; i < 200; i++)
        {
            inputs.Add([i < 100 ? 0 : 1, 5]);
            labels.Add(i < 100 ? i < 30 : i < 180);
        }

        OfflineLogistic model = OfflineLogistic.Fit(inputs, labels, penalty: 0);

        Assert.Equal(0.3, model.Predict([0, 5]), 1e-8);
        Assert.Equal(0.8, model.Predict([1, 5]), 1e-8);
        Assert.InRange(model.Iterations, 2, 12);
    }

    [Fact]
    public void The_fit_is_where_the_penalised_likelihood_is_flat()
    {
        Random random = new(17);
        List<double[]> inputs = [];
        List<bool> labels = [];
        for (int i = 0; i < 3_000; i++)
        {
            double[] row = [random.NextDouble(), random.NextDouble() * 100, random.NextDouble() < 0.05 ? 1 : 0];
            inputs.Add(row);
            labels.Add(random.NextDouble() < LinearModel.Sigmoid((3 * row[0]) - (0.04 * row[1]) + row[2] - 1));
        }

        OfflineLogistic model = OfflineLogistic.Fit(inputs, labels, penalty: 2);

        // The gradient by each standardised input equals -penalty·weight; the weight shows in predictions one deviation apart.
        double intercept = Residuals(_ => 1);
        Assert.Equal(0, intercept, 1e-6);
        for (int i = 0; i < 3; i++)
        {
            double mean = inputs.Average(row => row[i]);
            double deviation = Math.Sqrt(inputs.Average(row => (row[i] - mean) * (row[i] - mean)));
            double[] here = [0.5, 50, 0];
            double[] further = [.. here];
            further[i] += deviation;
            double weight = LogOdds(model.Predict(further)) - LogOdds(model.Predict(here));
            int input = i;
            Assert.Equal(-2 * weight, Residuals(row => (row[input] - mean) / deviation), 1e-5);
        }

        double Residuals(Func<double[], double> by) =>
            inputs.Zip(labels, (row, label) => (model.Predict(row) - (label ? 1 : 0)) * by(row)).Sum();

        static double LogOdds(double p) => Math.Log(p / (1 - p));
    }

    [Fact]
    public void Separable_classes_end_in_finite_weights()
    {
        List<double[]> inputs = [[-2.0], [-1.0], [1.0], [2.0]];
        OfflineLogistic model = OfflineLogistic.Fit(inputs, [false, false, true, true]);

        Assert.InRange(model.Predict([2.0]), 0.6, 0.999);
        Assert.True(double.IsFinite(OfflineLogistic.Fit(inputs, [true, true, true, true]).Predict([0.0])));
    }

    [Theory]
    [InlineData(new[] { 0.1, 0.2, 0.8, 0.9 }, new[] { false, false, true, true }, 1)]
    [InlineData(new[] { 0.9, 0.8, 0.2, 0.1 }, new[] { false, false, true, true }, 0)]
    [InlineData(new[] { 0.5, 0.5, 0.5, 0.5 }, new[] { false, true, false, true }, 0.5)]
    [InlineData(new[] { 0.1, 0.4, 0.4, 0.9 }, new[] { false, true, false, true }, 0.875)]
    public void Rank_auc_counts_ordered_pairs_and_half_the_ties(double[] predictions, bool[] labels, double expected) =>
        Assert.Equal(expected, RankAuc.Of(predictions, labels), 1e-12);

    [Fact]
    public void Leaky_sampling_takes_the_forms_own_row_and_drops_who_has_several()
    {
        Hash128 once = new(1, 1);
        Hash128 never = new(2, 2);
        Hash128 twice = new(3, 3);
        FeaturedEvent[] events =
        [
            new(once, "open", 1, [1, double.NaN]),
            new(never, "open", 2, [2, double.NaN]),
            new(twice, "form", 3, [3, 0]),
            new(once, "form", 4, [4, 7]),
            new(twice, "form", 5, [5, 0]),
            new(once, "open", 6, [6, 8]),
        ];

        var rows = LeakySampling.Draw(events, "form", seed: 1);

        Assert.Equal([(2, false), (4, true)], rows.Select(row => (row.AtMs, row.Label)));
        Assert.Equal([2, 0], rows[0].Inputs);
        Assert.Equal([4, 7], rows[1].Inputs);
    }

    [Fact]
    public void A_report_shows_leakage_for_what_it_is()
    {
        // Nothing can be known: labels are drawn by lot. But a form always comes right after a click, other rows rarely do.
        Random random = new(3);
        FeatureSchema schema = new([new Feature("clicks", FeatureKind.Count), new Feature("minutes_since_click", FeatureKind.MinutesSince)]);
        List<TimedExample> examples = [];
        List<FeaturedEvent> events = [];
        for (int i = 0; i < 4_000; i++)
        {
            Hash128 visitor = new(7, (ulong)i);
            double[] values = [random.Next(3), random.Next(4) == 0 ? double.NaN : random.Next(10_000)];
            bool converts = random.Next(5) == 0;
            examples.Add(new TimedExample(i, converts, values));
            events.Add(new FeaturedEvent(visitor, "open", i, values));
            if (converts)
            {
                events.Add(new FeaturedEvent(visitor, "form", i, [values[0] + 1, 1]));
            }
        }

        ModelPlan model = new() { Name = "m", LabelEvent = "form", ProfilePath = "_t.m", BaseRate = 0.2 };
        LearningReport report = LearningReport.Compute(schema, model, examples, events);

        Assert.InRange(Row("honest", "online, predicted before learned").Auc, 0.45, 0.55);
        Assert.InRange(Row("honest", "offline, first half, tested on second").Auc, 0.45, 0.55);
        Assert.InRange(Row("leaky", "offline, first half, tested on second").Auc, 0.75, 1);
        Assert.InRange(Row("honest", "offline, fitted to all leaky rows").Auc, 0.4, 0.6);
        Assert.Contains("leaky", report.ToString(), StringComparison.Ordinal);

        LearningRow Row(string sampling, string method) => report.Rows.Single(row => row.Sampling == sampling && row.Method == method);
    }
}
