using System.Collections.Immutable;
using System.Globalization;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Topology;

/// <summary>`attributions`: models of who gets how much of a conversion, by name.</summary>
internal static class AttributionSection
{
    public const string Attributions = "attributions";

    // Raise it where the same declaration makes other scores than before.
    private const string Format = "attribution-1";
    private const int IdentityDigits = 12;
    private const int TouchpointsMax = 256;
    private const int ModelsMax = 32;

    private static readonly TimeSpan DayMin = TimeSpan.FromDays(1);
    // 52 weeks of effects.
    private static readonly TimeSpan LookbackMax = TimeSpan.FromDays(364);
    private static readonly TimeSpan SpanMax = TimeSpan.FromDays(366);
    private static readonly AttributionPlan Otherwise = new() { Name = "", Conversion = new EventMatch("", []), Touchpoints = [] };
    private static readonly Shape Values = Shape.Either(Shape.Text, Shape.List(Shape.Text, "texts", 256));

    private static readonly Member[] Matching =
    [
        new("event", Shape.Text, "The type of the event; instead of 'path' and 'is'."),
        new("when", Shape.Expression, "A condition over the event, e.g. event.commerce.order.priceTotal > 50; alone, or beside the others."),
        new("path", Shape.Path, "The path of a text in the event."),
        new("is", Values, "What stands there: a text, or one of several."),
    ];

    private static readonly Shape Match = Shape.Map(Matching);

    private static readonly Shape Conversion = Shape.Map(
        [.. Matching, new("value", Shape.Path, "The path of what a conversion is worth; left out, each counts as 1.")]);

    private static readonly Shape Touchpoint = Shape.Map(
        [new("name", Shape.Name("-_ "), "The channel.") { Required = true }, .. Matching]);

    private static readonly Shape Model = Shape.Map(
        new("conversion", Conversion, "Which events are conversions.") { Required = true },
        new("touchpoints", Shape.List(Touchpoint, "touchpoints, e.g. { name: email, event: directMarketing.emailClicked }", TouchpointsMax),
            "Which events are touches of which channel; of several that fit the first counts.") { Required = true },
        new("eligible", Match, "The eligible population: only events like this count; left out, all."),
        new("lookback", Shape.Span(TimeSpan.FromHours(1), LookbackMax), "How long before a conversion a touch may have been.") { Default = Otherwise.Lookback },
        new("halfLife", Shape.Span(TimeSpan.FromHours(1), SpanMax), "Of the rule of time decay.") { Default = Otherwise.HalfLife },
        new("atRisk", Shape.Span(DayMin, SpanMax), "How long after their last event visitors still could convert.") { Default = Otherwise.AtRisk },
        new("renew", Shape.Span(DayMin, SpanMax), "Event time after which scores are made with what was learned since.") { Default = Otherwise.Renew },
        new("beginsAfterConversion", Shape.Word("false", "true"), "Whether a conversion uses up the touches before it.") { Default = "false" },
        new("convertsOnce", Shape.Word("false", "true"), "Whether who converted cannot convert again.") { Default = "false" },
        new("order", Shape.Count(1, 4), "Touches that a Markov state remembers.") { Default = Otherwise.Order },
        new("dailyRate", Shape.Number(new NumberRange(0, false, 0.5, true)), "P(conversion) on a day without touches, before anything was learned.") { Default = Otherwise.DailyRate },
        new("region", Shape.Path, "The path of the region, the segment of the scores."),
        new("regionConversions", Shape.Count(0, 1_000_000),
            "Conversions after which a region's own survival model makes its scores; 0: all regions share one.") { Default = 0 },
        new("trainingHalfLife", Shape.Span(DayMin, TimeSpan.FromDays(3_660)), "Event time after which what was learned counts half; left out, all counts alike."),
        new("passthrough", Shape.List(Shape.Path, "paths, e.g. commerce.order.purchaseID", 32), "Paths of the conversion that its score carries on."),
        new("version", Shape.Path, "The path of a whole number: of events with one id the highest counts."),
        new("removed", Shape.Path, "The path of a boolean: true takes the event with this id away."),
        new("sameAs", Shape.Path, "The path of another id of the same visitor, in the same partition."));

    public static Shape Shape { get; } = Shape.Named("-_", Model, ModelsMax);

    /// <summary>In the order of their names.</summary>
    public static ImmutableArray<AttributionPlan> Read(MapReader root, SourcePlan? source, ProblemList problems)
    {
        if (!root.Has(Attributions))
        {
            return [];
        }

        if (source is null)
        {
            problems.Add(root.KeyNode(Attributions), $"'{Attributions}' needs a source of events");
        }

        List<AttributionPlan> plans = [];
        foreach ((YamlNode key, YamlNode value) in root.Named(Attributions, "an attribution model"))
        {
            MapReader? map = MapReader.Open(value, $"the attribution model {YamlNode.Quote(key.Text)}", problems, Model);
            if (map is not null)
            {
                AttributionPlan plan = ReadModel(key.Text, map, problems);
                plans.Add(source is null ? plan : plan with { Identity = IdentityOf(plan, source) });
            }
        }

        return [.. plans];
    }

    private static AttributionPlan ReadModel(string name, MapReader map, ProblemList problems)
    {
        if (map.Count("regionConversions") > 0 && !map.Has("region"))
        {
            problems.Add(map.KeyNode("regionConversions"), "'regionConversions' needs 'region': the path that tells regions apart");
        }

        MapReader? conversion = map.Open("conversion");
        List<TouchChannelPlan> touchpoints = [];
        UniqueNames unique = new("the touchpoint", problems);
        foreach (YamlNode item in map.Items("touchpoints"))
        {
            MapReader? touchpoint = MapReader.Open(item, "a touchpoint", problems, Touchpoint);
            if (touchpoint is not null)
            {
                string? channel = touchpoint.Name("name");
                unique.Add(channel, touchpoint.Has("name") ? touchpoint.KeyNode("name") : item);
                touchpoints.Add(new TouchChannelPlan(channel ?? "", ReadMatch(touchpoint, problems)));
            }
        }

        return new AttributionPlan
        {
            Name = name,
            Conversion = conversion is null ? Otherwise.Conversion : ReadMatch(conversion, problems),
            ValuePath = conversion?.Path("value"),
            Touchpoints = [.. touchpoints],
            Eligible = map.Open("eligible") is MapReader eligible ? ReadMatch(eligible, problems) : null,
            Lookback = map.Span("lookback") ?? Otherwise.Lookback,
            HalfLife = map.Span("halfLife") ?? Otherwise.HalfLife,
            AtRisk = map.Span("atRisk") ?? Otherwise.AtRisk,
            Renew = map.Span("renew") ?? Otherwise.Renew,
            BeginsAfterConversion = map.Word("beginsAfterConversion") == "true",
            ConvertsOnce = map.Word("convertsOnce") == "true",
            Order = map.Count("order"),
            DailyRate = map.Number("dailyRate"),
            RegionPath = map.Path("region"),
            RegionConversions = map.Count("regionConversions"),
            TrainingHalfLife = map.Span("trainingHalfLife"),
            Passthrough = [.. map.Items("passthrough").Where(item => Names.IsPath(item, "a path", problems)).Select(item => item.Text).Distinct()],
            VersionPath = map.Path("version"),
            RemovedPath = map.Path("removed"),
            SameAsPath = map.Path("sameAs"),
        };
    }

    private static EventMatch ReadMatch(MapReader map, ProblemList problems)
    {
        EventCondition? when = map.Expression("when") is { } text ? EventCondition.Read(text, "'when'", problems) : null;
        return ReadText(map, problems) with { When = when };
    }

    private static EventMatch ReadText(MapReader map, ProblemList problems)
    {
        bool isNone = !map.Has("event") && !map.Has("path");
        if (isNone && map.Has("when") && !map.Has("is"))
        {
            return Otherwise.Conversion;
        }

        if (isNone || (map.Has("event") && map.Has("path")))
        {
            problems.Add(map.Node, "it needs 'event', or 'path' and 'is', or 'when'");
            return Otherwise.Conversion;
        }

        if (map.Has("event"))
        {
            if (map.Has("is"))
            {
                problems.Add(map.KeyNode("is"), "'is' belongs to 'path'");
            }

            return new EventMatch(EventMatch.EventType, [map.Text("event") ?? ""]);
        }

        YamlNode? values = map.Value("is", required: true);
        List<YamlNode> items = values is null ? [] : values.Kind == YamlKind.List ? values.Items : [values];
        if (values is not null && items.Count == 0)
        {
            problems.Add(values, "'is' is an empty list: it needs texts");
        }

        return new EventMatch(
            map.Path("path") ?? "", [.. items.Where(item => MapReader.IsText(item, "what 'is' names", problems)).Select(item => item.Text).Distinct()]);
    }

    private static string IdentityOf(AttributionPlan plan, SourcePlan source)
    {
        string Span(TimeSpan span) => span.Ticks.ToString(CultureInfo.InvariantCulture);
        string Of(EventMatch? match) => match is null ? ""
            : DatasetIdentity.List([match.Path, .. match.Values, .. match.When is { } when ? new[] { "when", when.Program.Text } : []]);
        ulong hash = OperatorIdentity.Of(
        [
            Format, DatasetIdentity.List(source.IdentityPaths), Span(source.DeduplicateWithin), Span(source.Lateness), Span(source.FutureMax),
            source.Topic, Of(plan.Conversion), plan.ValuePath ?? "",
            DatasetIdentity.List(plan.Touchpoints.SelectMany(each => new[] { each.Name, Of(each.Match) })), Of(plan.Eligible), Span(plan.Lookback),
            Span(plan.HalfLife), Span(plan.AtRisk), Span(plan.Renew),
            FormattableString.Invariant($"{plan.BeginsAfterConversion} {plan.ConvertsOnce} {plan.Order} {plan.DailyRate:R}"),
            plan.RegionPath ?? "", DatasetIdentity.List(plan.Passthrough), plan.VersionPath ?? "", plan.RemovedPath ?? "", plan.SameAsPath ?? "",
            .. plan.RegionConversions == 0 ? [] : new[] { "regions", plan.RegionConversions.ToString(CultureInfo.InvariantCulture) },
            .. plan.TrainingHalfLife is { } half ? new[] { "forgets", Span(half) } : [],
        ]);
        return hash.ToString("x16", CultureInfo.InvariantCulture)[..IdentityDigits];
    }
}
