using System.Text;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests;

/// <summary>A small topology and the events to feed it: two counts, a "minutes since", a decayed sum, a label.</summary>
internal static class TestTopology
{
    public const string Label = "web.formFilledOut";

    public static readonly long Day1Ms = DateTimeOffset.Parse("2026-09-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture)
        .ToUnixTimeMilliseconds();

    public static TopologyPlan PlanOf(TimeSpan? within = null, TimeSpan? lateness = null, TimeSpan? deduplicate = null) => new()
    {
        Name = "test",
        Tenant = "luma",
        Version = "000000000000",
        Source = new SourcePlan
        {
            IdentityPaths = ["_luma.userid", "identityMap.ECID"],
            Lateness = lateness ?? TimeSpan.FromDays(1),
            DeduplicateWithin = deduplicate ?? TimeSpan.FromDays(1),
            FutureMax = TimeSpan.FromHours(1),
        },
        Schema = new FeatureSchema(
        [
            new Feature("opens", FeatureKind.Count),
            new Feature("clicks", FeatureKind.Count),
            new Feature("minutes_since_click", FeatureKind.MinutesSince),
            new Feature("spend", FeatureKind.DecayedSum, 86_400_000),
        ]),
        Matches =
        [
            new FeatureMatch("eventType", "open"),
            new FeatureMatch("eventType", "click"),
            new FeatureMatch("eventType", "click"),
            new FeatureMatch("channel._id", "search", "commerce.order.priceTotal"),
        ],
        Model = new ModelPlan
        {
            Name = "propensity",
            LabelEvent = Label,
            LabelWithin = within ?? TimeSpan.FromDays(7),
            ProfilePath = "_luma.propensity",
        },
        Topics = new TopicNames(),
        Decisions = new DecisionDocument { Topology = "test" },
    };

    public static string Event(string visitor, string type, long atMs, string id, string more = "") =>
        $$$"""{"_id":"{{{id}}}","eventType":"{{{type}}}","timestamp":"{{{Time(atMs)}}}","_luma":{"userid":"{{{visitor}}}"}{{{more}}}}""";

    public static string Time(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Records with ascending offsets whose own timestamps lie far ahead of any event.</summary>
    public static RecordBatch Batch(long firstOffset, params string[] values)
    {
        RecordBatch batch = new();
        foreach (string value in values)
        {
            batch.Add(firstOffset++, Day1Ms + 400L * 86_400_000, [], Encoding.UTF8.GetBytes(value));
        }

        return batch;
    }
}
