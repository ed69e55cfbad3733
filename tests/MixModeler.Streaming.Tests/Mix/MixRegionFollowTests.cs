using System.Globalization;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Tests.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>A model with regions that follows a harmonized table whose rows tell their region.</summary>
public sealed class MixRegionFollowTests
{
    private const int Periods = 40;
    private static readonly CancellationToken Never = CancellationToken.None;
    private static readonly string[] Names = ["north", "south"];

    private static readonly HarmonizePlan Datasets = TableFixture.PlanOf(
        TableFixture.Dataset("sales", DatasetCategory.Summary, "geo conversiontype", "revenue", Grain.Weekly),
        TableFixture.Dataset("media", DatasetCategory.Summary, "geo channel", "spend", Grain.Weekly),
        TableFixture.Dataset("factors", DatasetCategory.Factors, "factor_name factor_type factor_value_type", "factor_value", Grain.Weekly));

    private static readonly MixSpec Spec = new()
    {
        Target = "y",
        Date = "date",
        TargetScale = 10,
        Channels =
        [
            new ChannelSpec(
                "tv", "tv", null, 2, new AdstockSpec(AdstockShape.Geometric, 4, true, 0, [new("alpha", new Prior(PriorKind.Beta, 2, 2))]),
                SaturationSpec.None, new EffectSpec(EffectKind.Coefficient, new Prior(PriorKind.HalfNormal, 1))),
        ],
        Controls = [new ControlSpec("price", "price", Impact.Auto, 0, 1, new Prior(PriorKind.Normal, 0, 0.4))],
        Noise = new Prior(PriorKind.HalfNormal, 0.5),
        Regions = new RegionSpec("geo", null, new Prior(PriorKind.HalfNormal, 0.5), new Prior(PriorKind.HalfNormal, 0.3), new Prior(PriorKind.HalfNormal, 0.1))
        {
            Members = [new RegionShare("north", 0.75), new RegionShare("south", 0.25)],
        },
        Particles = 60,
        WarmUp = 4,
    };

    private static readonly MixPlan Plan = new()
    {
        Name = "sales",
        Identity = "one",
        Spec = Spec,
        Columns =
        [
            new MixColumnPlan("y", MixColumnKind.Field, "revenue", []),
            new MixColumnPlan("tv", MixColumnKind.Field, "spend", [new FieldPredicate("channel", ConditionOperator.Equals, ["tv"])]),
            new MixColumnPlan("price", MixColumnKind.Factor, "price", []),
        ],
    };

    [Fact]
    public async Task Whatever_came_when_the_model_is_that_of_the_final_numbers()
    {
        List<MixObservation> weeks = Weeks();
        Random random = new(4);
        HarmonizedTable table = TableFixture.TableOf(Datasets);
        MemoryStateStore state = new();
        MixFollower follower = await OwnerAsync(state);
        ((string Dataset, int Key, string Date, string Dimensions, string Value) Row, int Week)[] rows = [.. Rows(weeks).Select(row => (row, row.Key / 5))];
        (double At, (string Dataset, int Key, string Date, string Dimensions, string Value) Row)[] arrivals =
        [
            .. rows.SelectMany(each => random.Next(6) == 0 && each.Row.Dataset != "factors"
                ? [(At: (double)each.Week, Row: each.Row with { Value = "0.25" }), (At: each.Week + (9 * random.NextDouble()), each.Row)]
                : new[] { (At: each.Week + (9 * random.NextDouble()), each.Row) }).OrderBy(each => each.At),
        ];
        foreach ((double at, (string Dataset, int Key, string Date, string Dimensions, string Value) row) in arrivals)
        {
            Set(table, row);
            if (random.Next(15) == 0)
            {
                await follower.FollowAsync(MixWorld.Look(table), weeks[Math.Min(Periods - 1, (int)at)].Date, Never);
            }

            if (random.Next(60) == 0)
            {
                follower = await OwnerAsync(state);
            }
        }

        await follower.FollowAsync(MixWorld.Look(table), DateOnly.MaxValue, Never);

        Assert.Equal(MixSnapshot.Write(MixExample.Fit(Spec, weeks)), MixSnapshot.Write(follower.Model!));
        Assert.Contains(follower.Refreshes, refresh => refresh.Revised > 0);
    }

    [Fact]
    public void A_region_without_an_outcome_holds_the_period_up_and_rows_of_no_region_are_not_counted()
    {
        List<MixObservation> weeks = Weeks();
        HarmonizedTable table = TableFixture.TableOf(Datasets);
        foreach ((string Dataset, int Key, string Date, string Dimensions, string Value) row in Rows(weeks).Where(row => row.Key != (5 * 7) + 1))
        {
            Set(table, row);
        }

        Set(table, ("sales", 9_000, Text(weeks[2].Date), "west order", "1000"));
        MixPeriods read = MixPeriods.Read(MixWorld.Look(table), Plan, DateOnly.MaxValue);

        Assert.True(read.Observations.Count == 7, read.Waiting);
        Assert.Equal($"{Text(weeks[7].Date)}: there is no 'y' of the region 'south' in this period; later periods wait", read.Waiting);
        Assert.Equal(weeks[2].Target, read.Observations[2].Target);
        Assert.Equal(weeks[2].Regions![1].Inputs, read.Observations[2].Regions![1].Inputs);
        Assert.Equal(Periods, MixPeriods.Read(MixWorld.Look(table), Plan with { MissingIsZero = true }, DateOnly.MaxValue).Observations.Count);
    }

    private static async Task<MixFollower> OwnerAsync(MemoryStateStore state)
    {
        MixFollower follower = new(Plan, new MixStore(state, "one", Spec));
        await follower.AcquireAsync(0, Never);
        return follower;
    }

    private static void Set(HarmonizedTable table, (string Dataset, int Key, string Date, string Dimensions, string Value) row) =>
        TableFixture.Fill(table, row.Dataset, row.Key, (row.Date, row.Dimensions, row.Value));

    // Each under a key of its own: the same one again is a restatement.
    private static List<(string Dataset, int Key, string Date, string Dimensions, string Value)> Rows(List<MixObservation> weeks)
    {
        List<(string, int, string, string, string)> rows = [];
        for (int t = 0; t < weeks.Count; t++)
        {
            string date = Text(weeks[t].Date);
            for (int r = 0; r < Names.Length; r++)
            {
                RegionNumbers region = weeks[t].Regions![r];
                rows.Add(("sales", (5 * t) + r, date, $"{Names[r]} order", Number(region.Target)));
                rows.Add(("media", (5 * t) + 2 + r, date, $"{Names[r]} tv", Number(region.Inputs[1])));
            }

            rows.Add(("factors", (5 * t) + 4, date, "price External Actual", Number(weeks[t].Regions![0].Inputs[0])));
        }

        return rows;
    }

    private static List<MixObservation> Weeks()
    {
        KeyedRandom random = new(5, 0, 79, 0);
        List<MixObservation> weeks = [];
        double[] shares = [0.75, 0.25];
        for (int t = 0; t < Periods; t++)
        {
            double price = Math.Round(random.Normal(), 4);
            RegionNumbers[] regions = new RegionNumbers[2];
            for (int r = 0; r < 2; r++)
            {
                double media = Math.Round(4 * random.Uniform() * shares[r], 4);
                regions[r] = new RegionNumbers(Math.Round((5 * shares[r]) + media + (shares[r] * (price + random.Normal())), 4), [price, media]);
            }

            weeks.Add(RegionNumbers.Whole(new DateOnly(2023, 1, 2).AddDays(7 * t), Spec, ["price", "tv"], shares, regions));
        }

        return weeks;
    }

    private static string Number(double value) => ((decimal)value).ToString(CultureInfo.InvariantCulture);

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
