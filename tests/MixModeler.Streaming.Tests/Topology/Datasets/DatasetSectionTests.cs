using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Topology.Datasets;

public sealed class DatasetSectionTests
{
    private static readonly HarmonizePlan Plan = DatasetTopology.Plan.Harmonized;

    [Fact]
    public void A_dataset_is_what_is_written_of_it()
    {
        DatasetPlan youtube = DatasetTopology.Plan.Dataset("youtube");

        Assert.Equal(["weather", "websdk", "youtube"], Plan.Datasets.Select(dataset => dataset.Name));
        Assert.Equal(
            (DatasetCategory.Summary, "summary", Grain.Daily, DayOfWeek.Monday),
            (youtube.Category, youtube.Topic, youtube.Granularity, youtube.StartOfWeek));
        Assert.Equal(["yt-2021", "yt-2022"], youtube.Ids);
        Assert.Equal((Restatement.Aggregation, TimeSpan.FromDays(30), DatasetStatus.Active), (youtube.Restatement, youtube.BooksCloseAfter, youtube.Status));
        Assert.Equal(("Date", "Date Type", "audit.changed"), (youtube.DatePath, youtube.DateTypePath, youtube.VersionPath));
        Assert.Equal(["Date", "Channel", "Campaign"], youtube.RowKeyPaths);
        Assert.Equal(
            [new("Clicks", "Clicks", FieldType.Int), new("Date", "Date", FieldType.Timestamp), new("Date Type", "Date Type", FieldType.String), new("Seen", "metrics.seen", FieldType.Bool)],
            youtube.Fields);
        Assert.Equal(["channel", "clicks"], youtube.Mandatory);
        Assert.Equal([new UnitCheck("spend", "clicks", 0.001, 100)], youtube.Units);
        Assert.Equal(12, youtube.Identity.Length);
    }

    [Fact]
    public void A_mapping_is_what_is_written_of_it_by_the_name_of_its_field()
    {
        DatasetPlan youtube = DatasetTopology.Plan.Dataset("youtube");

        Assert.Equal(["brand", "campaign", "channel"], youtube.Dimensions.Select(mapping => mapping.Field));
        Assert.Equal((false, "BrandX"), (youtube.Dimensions[0].Otherwise.IsField, youtube.Dimensions[0].Otherwise.Text));
        DimensionMapping campaign = youtube.Dimensions[1];
        Assert.Equal([false, true], campaign.Cases.Select(each => each.IsAll));
        Assert.Equal(["_black_friday", "BlackFriday"], campaign.Cases[0].Conditions[0].Values);
        Assert.Equal([ConditionOperator.Exists, ConditionOperator.NotContains], campaign.Cases[1].Conditions.Select(condition => condition.Operator));
        Assert.Equal(new MappingValue(false, "Black Friday"), campaign.Cases[0].Then);
        Assert.Equal(new MappingValue(true, "marketing.campaignName"), campaign.Otherwise);
        Assert.Equal(["Black Friday", "Summer"], campaign.Known);
        Assert.Equal(["clicks", "cost", "impressions", "reach", "spend"], youtube.Metrics.Select(mapping => mapping.Field));
        Assert.Equal([MetricRule.Sum, MetricRule.Last, MetricRule.Count, MetricRule.Max, MetricRule.Sum], youtube.Metrics.Select(mapping => mapping.Aggregate));
        Assert.Equal([new MetricScale(100, null), new MetricScale(0.01m, new DateOnly(2024, 5, 1))], youtube.Metrics[1].Scales);
        Assert.Equal("metrics.seen", youtube.Metrics[2].Path);
        Assert.Equal([new MetricScale(0.000001m, null)], youtube.Metrics[4].Scales);
    }

    [Fact]
    public void What_is_not_written_follows_from_the_category()
    {
        DatasetPlan websdk = DatasetTopology.Plan.Dataset("websdk");
        DatasetPlan weather = DatasetTopology.Plan.Dataset("weather");
        DatasetPlan plain = DatasetTopology.Valid("topology: t\ntenant: a\ndatasets: { tv: { category: Summary, map: { spend: { sum: Spend } } } }\n").Dataset("tv");

        Assert.Equal(("events", true), (websdk.Topic, websdk.Ids.IsEmpty));
        Assert.Null(websdk.Metrics[0].Path);
        Assert.Equal(("factors", true), (weather.Topic, weather.Ids.IsEmpty));
        Assert.Equal(("summary", Grain.Daily, Restatement.Replacement, "timestamp"), (plain.Topic, plain.Granularity, plain.Restatement, plain.DatePath));
        Assert.Equal(["tv"], plain.Ids);
        Assert.Equal("extSourceSystemAudit.lastUpdatedDate", plain.VersionPath);
    }

    [Fact]
    public void Events_stand_on_the_topic_of_the_source()
    {
        TopologyPlan plan = DatasetTopology.Valid(DatasetTopology.With(3, "source: { identity: [_acme.id], topic: clicks }"));

        Assert.Equal("clicks", plan.Dataset("websdk").Topic);
    }

    [Fact]
    public void Standard_fields_of_factors_have_their_default()
    {
        DatasetPlan weather = DatasetTopology.Plan.Dataset("weather");
        DimensionMapping type = weather.Dimensions.Single(mapping => mapping.Field == "factor_type");
        DimensionMapping value = weather.Dimensions.Single(mapping => mapping.Field == "factor_value_type");

        Assert.Equal(new MappingValue(false, "Actual"), value.Otherwise);
        Assert.Equal(["Actual", "Forecasted"], value.Known);
        Assert.Equal((ConditionOperator.Exists, "kind"), (type.Cases[0].Conditions[0].Operator, type.Cases[0].Conditions[0].Path));
        Assert.Equal((new MappingValue(true, "kind"), new MappingValue(false, "Internal")), (type.Cases[0].Then, type.Otherwise));
        Assert.Equal(["factor_name", "factor_type", "factor_value_type", "geo"], weather.Dimensions.Select(mapping => mapping.Field));
    }

    [Fact]
    public void The_dictionary_has_the_global_fields_and_the_client_s_by_name()
    {
        Assert.Equal(22, GlobalFields.All.Count(field => !GlobalFields.IsOfFactors(field.Name)));
        Assert.Equal(5, GlobalFields.All.Count(field => GlobalFields.IsOfFactors(field.Name)));
        Assert.Equal(Plan.Dictionary.Select(field => field.Name).Order(StringComparer.Ordinal), Plan.Dictionary.Select(field => field.Name));
        Assert.Equal(30, Plan.Dictionary.Length);
        Assert.Equal(
            new HarmonizedField("ctr", "CTR", FieldCategory.Derived, HarmonizedType.Number, false, "[clicks]/[impressions] * 100"),
            Plan.Dictionary.Single(field => field.Name == "ctr"));
        Assert.Equal(
            new HarmonizedField("reach", "reach", FieldCategory.Metric, HarmonizedType.Number),
            Plan.Dictionary.Single(field => field.Name == "reach"));
        Assert.Equal(
            new HarmonizedField("gross_demand", "Gross Demand", FieldCategory.Metric, HarmonizedType.Currency, true),
            Plan.Dictionary.Single(field => field.Name == "gross_demand"));
    }

    [Fact]
    public void Preferences_stand_from_the_special_to_the_general()
    {
        Assert.Equal(MergePreference.Sum, Plan.Preferences.Default);
        Assert.Equal(
            [
                new MetricPreference("clicks", true, "YouTube", MergePreference.Event),
                new MetricPreference("orders", false, "Online", MergePreference.Event),
                new MetricPreference("orders", false, "Catalog", MergePreference.Event),
                new MetricPreference("spend", true, null, MergePreference.Summary),
            ],
            Plan.Preferences.Metrics);
    }

    [Fact]
    public void Definitions_are_what_is_written_of_them()
    {
        TouchpointPlan video = Plan.Touchpoints[0];
        ConversionPlan store = Plan.Conversions[0];

        Assert.Equal(("Paid video", "impressions", "spend"), (video.Name, video.Volume, video.Spend));
        Assert.Equal(("channel", ConditionOperator.Equals, "YouTube"), (video.Rule[0].Field, video.Rule[0].Operator, video.Rule[0].Values[0]));
        Assert.Null(Plan.Touchpoints[1].Spend);
        Assert.Equal([ConditionOperator.NotEquals, ConditionOperator.Exists], Plan.Touchpoints[1].Rule.Select(predicate => predicate.Operator));
        Assert.Equal(("Store", "orders", "gross_demand"), (store.Name, store.Metric, store.Revenue));
    }

    [Fact]
    public void A_topology_of_datasets_needs_nothing_else()
    {
        TopologyPlan plan = DatasetTopology.Valid("topology: t\ntenant: a\ndatasets: { web: { category: Experience Events, map: { clicks: { count: records } } } }\n");

        Assert.Empty(plan.Schema.Features);
        Assert.Null(plan.Model);
        Assert.Null(plan.Flow);
        Assert.Equal(["topic events", "dataset web", "harmonized table", "dead-letter"], plan.Graph.Nodes.Select(node => node.Name));
    }

    [Fact]
    public void The_graph_leads_from_topics_over_datasets_to_the_table()
    {
        TopologyGraph graph = DatasetTopology.Plan.Graph;

        Assert.Equal(
            [
                "events.out -> dataset websdk.in", "topic factors.out -> dataset weather.in", "topic summary.out -> dataset youtube.in",
                "dataset weather.out -> harmonized table.in", "dataset websdk.out -> harmonized table.in", "dataset youtube.out -> harmonized table.in",
            ],
            graph.Edges.Where(edge => edge.FromPort != OperatorPorts.Errors).Select(edge => edge.ToString()));
        Assert.Contains("dataset youtube.errors -> dead-letter.in", graph.Edges.Select(edge => edge.ToString()));
        Assert.Null(DatasetTopology.Plan.Flow);
        Assert.Contains("harmonized table", GraphText.Mermaid(DatasetTopology.Plan), StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_and_features_stand_beside_datasets_as_without_them()
    {
        const string More = "features: [{ name: visits, count: visit }]\nnodes: { mirror: { operator: sink, topic: mirror } }\nedges: [events -> mirror]\n";
        TopologyPlan both = DatasetTopology.Valid(DatasetTopology.Text + More);
        string alone = string.Join('\n', DatasetTopology.Lines.Take(3)) + "\n" + More;
        TopologyPlan without = DatasetTopology.Valid(alone);

        Assert.Equal(without.FrontIdentity, both.FrontIdentity);
        Assert.Equal(OperatorIdentity.OfFeature(without, 0), OperatorIdentity.OfFeature(both, 0));
        Assert.Equal(
            without.Graph.Nodes.Select(node => node.Name),
            both.Graph.Nodes.Where(node => node.Section != "datasets").Select(node => node.Name));
        Assert.Equal(without.Flow!.Lanes.Select(lane => lane.Nodes.Length), both.Flow!.Lanes.Select(lane => lane.Nodes.Length));
    }

    [Fact]
    public void An_identity_is_of_what_decides_about_numbers_and_of_nothing_else()
    {
        string before = DatasetTopology.Plan.Dataset("youtube").Identity;
        string[] same =
        [
            DatasetTopology.With("ids: [yt-2021, yt-2022]", "ids: [yt-2022, yt-2021]"), DatasetTopology.With("startOfWeek: Monday", "startOfWeek: Friday"),
            DatasetTopology.With("status: Active", "status: Draft"), DatasetTopology.With("prefer: Summary", "prefer: Event"),
            DatasetTopology.With("deduplicate: 12h", "deduplicate: 1h"), DatasetTopology.With("scale: 0.000001 }", "scale: 0.0000010 }"),
            DatasetTopology.With("known: [Black Friday, Summer]", "known: [Summer, Black Friday]"), DatasetTopology.With("display: Geo", "display: Land"),
        ];
        string[] others =
        [
            DatasetTopology.With("topic: summary", "topic: media"), DatasetTopology.With("ids: [yt-2021, yt-2022]", "ids: [yt-2021]"),
            DatasetTopology.With("granularity: Daily", "granularity: Monthly"), DatasetTopology.With("by: Aggregation", "by: Replacement"),
            DatasetTopology.With("booksClose: 30d", "booksClose: 7d"), DatasetTopology.With("date: Date", "date: Day"),
            DatasetTopology.With("    dateType: \"Date Type\"\n", ""), DatasetTopology.With("version: audit.changed", "version: changed"),
            DatasetTopology.With("rowKey: [Date, Channel, Campaign]", "rowKey: [Date, Channel]"), DatasetTopology.With("Clicks: int", "Clicks: double"),
            DatasetTopology.With("mandatory: [channel, clicks]", "mandatory: [channel]"), DatasetTopology.With("field: Channel }", "field: Kanal }"),
            DatasetTopology.With("value: BrandX", "value: BrandY"), DatasetTopology.With("[_black_friday, BlackFriday]", "[BlackFriday]"),
            DatasetTopology.With("known: [Black Friday, Summer]", "known: [Black Friday, Winter]"), DatasetTopology.With("sum: Clicks", "max: Clicks"),
            DatasetTopology.With("scale: 0.000001", "scale: 0.001"), DatasetTopology.With("from: 2024-05-01", "from: 2024-06-01"),
            DatasetTopology.With("to: 100 }]", "to: 200 }]"), DatasetTopology.Text + "sinks: { prefix: other. }\n",
        ];

        Assert.All(same, text => Assert.Equal(before, DatasetTopology.Valid(text).Dataset("youtube").Identity));
        Assert.Equal(others.Length + 1, others.Select(text => DatasetTopology.Valid(text).Dataset("youtube").Identity).Append(before).Distinct().Count());
        Assert.NotEqual(
            DatasetTopology.Plan.Dataset("websdk").Identity, DatasetTopology.Valid(DatasetTopology.With("deduplicate: 12h", "deduplicate: 1h")).Dataset("websdk").Identity);
    }

    [Fact]
    public void A_topology_read_again_from_its_text_has_the_same_datasets()
    {
        TopologyPlan plan = DatasetTopology.Plan;
        TopologyPlan again = DatasetTopology.Valid(plan.ResolvedText);

        Assert.Equal(PlanText.Of(plan), PlanText.Of(again));
        Assert.Equal(plan.Harmonized.Datasets.Select(dataset => dataset.Identity), again.Harmonized.Datasets.Select(dataset => dataset.Identity));
    }
}
