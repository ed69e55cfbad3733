using System.Globalization;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Tests.Harmonize.Table;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>The public example as a harmonized table: sales, two channels and two factors, each a dataset by the week.</summary>
internal static class MixWorld
{
    /// <summary>Particles are few: what is held against each other are bits.</summary>
    public static MixSpec Spec => MixExample.Spec("mmm_example_ordinary.yaml") with { Particles = 60, WarmUp = 4 };

    public static MixPlan Plan => new()
    {
        Name = "sales",
        Identity = "one",
        Spec = Spec,
        Columns =
        [
            new MixColumnPlan("y", MixColumnKind.Field, "revenue", []),
            new MixColumnPlan("x1", MixColumnKind.Field, "spend", [new FieldPredicate("channel", ConditionOperator.Equals, ["x1"])]),
            new MixColumnPlan("x2", MixColumnKind.Field, "spend", [new FieldPredicate("channel", ConditionOperator.Equals, ["x2"])]),
            new MixColumnPlan("event_1", MixColumnKind.Factor, "event_1", []),
            new MixColumnPlan("event_2", MixColumnKind.Factor, "event_2", []),
        ],
    };

    /// <summary>The shipped topology of a mix.</summary>
    public static TopologyPlan Topology => TopologyLoader.Load(RepositoryFiles.Full("topologies/marketing-mix/topology.yaml")).Plan!;

    /// <summary>Datasets of the table, by the week.</summary>
    public static HarmonizePlan Datasets { get; } = TableFixture.PlanOf(
        TableFixture.Dataset("sales", DatasetCategory.Summary, "conversiontype", "revenue", Grain.Weekly),
        TableFixture.Dataset("media", DatasetCategory.Summary, "channel", "spend", Grain.Weekly),
        TableFixture.Dataset("factors", DatasetCategory.Factors, "factor_name factor_type factor_value_type", "factor_value", Grain.Weekly));

    /// <summary>A table with what its datasets told of last.</summary>
    public static MixLook Look(HarmonizedTable table, DateOnly? told = null) => new(
        table, Datasets, told is { } day ? Datasets.Datasets.ToDictionary(dataset => dataset.Name, _ => day) : new Dictionary<string, DateOnly>(),
        new Dictionary<string, MixCredits>());

    public static HarmonizedTable Empty() => TableFixture.TableOf(Datasets);

    /// <summary>Every row of these periods, each under a key of its own: the same one again is a restatement.</summary>
    public static List<(string Dataset, int Key, string Date, string Dimensions, string Value)> Rows(IReadOnlyList<MixObservation> periods)
    {
        List<(string, int, string, string, string)> rows = [];
        // Inputs stand in the model's order.
        List<string> inputs = [.. new MixStream(Spec).Inputs];
        for (int t = 0; t < periods.Count; t++)
        {
            string date = periods[t].Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            string Number(double value) => ((decimal)value).ToString(CultureInfo.InvariantCulture);
            rows.Add(("sales", 5 * t, date, "order", Number(periods[t].Target)));
            rows.Add(("media", 5 * t + 1, date, "x1", Number(periods[t].Inputs[inputs.IndexOf("x1")])));
            rows.Add(("media", 5 * t + 2, date, "x2", Number(periods[t].Inputs[inputs.IndexOf("x2")])));
            rows.Add(("factors", 5 * t + 3, date, "event_1 External Actual", Number(periods[t].Inputs[inputs.IndexOf("event_1")])));
            rows.Add(("factors", 5 * t + 4, date, "event_2 External Actual", Number(periods[t].Inputs[inputs.IndexOf("event_2")])));
        }

        return rows;
    }

    public static void Set(HarmonizedTable table, (string Dataset, int Key, string Date, string Dimensions, string Value) row) =>
        TableFixture.Fill(table, row.Dataset, row.Key, (row.Date, row.Dimensions, row.Value));

    /// <summary>The example's first weeks, in numbers that a table's exact decimals hold.</summary>
    public static List<MixObservation> Weeks(int count) =>
    [
        .. MixExample.Rows(Spec).Take(count).Select(row => row with
        {
            Target = Math.Round(row.Target, 6),
            Inputs = [.. row.Inputs.Select(value => Math.Round(value, 6))],
        }),
    ];
}
