using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>What an attribution credits channels with, as it comes into a mix that follows it.</summary>
public sealed class MixCreditFeedTests
{
    private static readonly MixColumnPlan Credit = new("x1_credit", MixColumnKind.Credit, "orders", [], "x1");
    private static readonly MixColumnPlan Value = new("x1_credit", MixColumnKind.CreditedValue, "orders", [], "x1");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_period_is_credited_when_all_of_its_days_are_settled_and_the_attribution_had_begun()
    {
        DateOnly monday = new(2024, 1, 1);
        MixCredits credits = new([Day(monday.AddDays(7), 1), Day(monday.AddDays(9), 2), Day(monday.AddDays(21), 5)], monday.AddDays(26));
        DateOnly[] weeks = [.. Enumerable.Range(0, 5).Select(week => monday.AddDays(7 * week))];

        SortedDictionary<DateOnly, double> sums = credits.Of(Credit, weeks, 7);

        // The first week lies before it began, the last two are not settled; a week without a conversion is credited with none.
        Assert.Equal([(weeks[1], 3.0), (weeks[2], 0.0)], sums.Select(each => (each.Key, each.Value)));
        Assert.Equal(30, credits.Of(Value, weeks, 7)[weeks[1]]);
        Assert.All(credits.Of(Credit with { Channel = "nobody" }, weeks, 7).Values, sum => Assert.Equal(0, sum));
    }

    [Fact]
    public async Task Credits_that_come_later_leave_the_model_that_had_them_from_the_start()
    {
        List<MixObservation> weeks = MixWorld.Weeks(30);
        MixSpec plain = MixWorld.Spec;
        MixSpec spec = plain with
        {
            Channels =
            [
                .. plain.Channels.Select(channel => channel.Name == "x1"
                    ? channel with { Credit = new CreditSpec("x1_credit", new Prior(PriorKind.LogNormal, 0, 0.5), new Prior(PriorKind.HalfNormal, 0.05)) }
                    : channel),
            ],
        };
        MixPlan plan = MixWorld.Plan with { Spec = spec, Columns = [.. MixWorld.Plan.Columns, Credit] };
        HarmonizedTable table = MixWorld.Empty();
        MixWorld.Rows(weeks).ForEach(row => MixWorld.Set(table, row));
        AttributionDay[] days = [.. Enumerable.Range(0, 7 * 20).Select(day => Day(weeks[5].Date.AddDays(day), 40 + day % 11))];
        MixFollower follower = new(plan, new MixStore(new MemoryStateStore(), "one", spec));
        await follower.AcquireAsync(0, Stop);

        MixLook before = MixWorld.Look(table, weeks[^1].Date);
        await follower.FollowAsync(before, Stop);
        byte[] without = MixSnapshot.Write(follower.Model!);
        foreach (int settled in (int[])[40, 100, 139])
        {
            MixCredits credits = new([.. days.Take(settled + 1)], days[settled].Day);
            await follower.FollowAsync(before with { Credits = new Dictionary<string, MixCredits> { ["orders"] = credits } }, Stop);
        }

        List<string> inputs = [.. new MixStream(spec).Inputs];
        IEnumerable<MixObservation> told = weeks.Take(29).Select((week, t) => week with
        {
            Inputs = [.. inputs.Select(input => input == "x1_credit"
                ? t is >= 5 and < 25 ? days.Skip(7 * (t - 5)).Take(7).Sum(day => day.Channels["x1"].Incremental) : double.NaN
                : week.Inputs[new MixStream(plain).Inputs.ToList().IndexOf(input)])],
        });
        byte[] expected = MixSnapshot.Write(MixExample.Fit(spec, [.. told]));
        Assert.Equal(expected, MixSnapshot.Write(follower.Model!));
        Assert.NotEqual(expected, without);
    }

    [Fact]
    public async Task A_mix_that_takes_credits_tells_by_which_factor_event_scores_add_up_to_it()
    {
        List<MixObservation> weeks = MixWorld.Weeks(30);
        MixPlan plan = MixWorld.Plan with { Columns = [.. MixWorld.Plan.Columns, Value] };
        StoredMix stored = new() { Model = MixExample.Fit(MixWorld.Spec, weeks) };
        AttributionDay[] days = [.. Enumerable.Range(0, 7 * 30).Select(day => Day(weeks[0].Date.AddDays(day), 40))];
        MeasuredAttribution attribution = new("orders", "one", ["x1"], new AttributionTotals(1), days);
        CreditKeeper keeper = new(new MeasuredTable([], [attribution]));
        RecordingSink sink = new();
        TopologyPlan topology = MixWorld.Topology;

        await keeper.RefreshedAsync(topology, plan, stored, sink, Stop);

        (string topic, _, string key, string json) = Assert.Single(sink.Sent);
        Assert.Equal(("mm.measurements", $"{topology.Name}/consistency/sales/orders"), (topic, key));
        Insight told = InsightText.FromJson(System.Text.Json.JsonElement.Parse(json));
        InsightTable channels = told.Table("channels");
        Assert.Equal(channels.Number(0, "mix"), channels.Number(0, "ratio") * channels.Number(0, "attribution"), 1e-6 * channels.Number(0, "mix"));
        Assert.Equal(7 * 30 * 400, channels.Number(0, "attribution"), 1e-6);
    }

    private static AttributionDay Day(DateOnly day, double incremental) => new(
        day, 1, 1, 0, 0, new SortedDictionary<string, ChannelTotals> { ["x1"] = new ChannelTotals(0, incremental, 10 * incremental, 0, 0, 0, 0, 0) });
}
