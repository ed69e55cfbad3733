using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Topology.Datasets;

public sealed class MappingSuggestionTests
{
    private const string YouTube = """
        Date,Date Type,Channel,Campaign,Brand,Geo,Clicks,Spend
        2021-12-31,day,YouTube,Y_Fall_02,BrandX,US,10000,100
        2022-01-01,day,YouTube,Y_Fall_02,BrandX,US,1000,10.5
        2022-01-03,day,YouTube,Y_Summer_01,,CA,9000,80
        """;

    [Fact]
    public void Columns_of_the_same_name_are_mapped_and_the_rest_becomes_a_field_of_the_client()
    {
        MappingSuggestion suggestion = MappingSuggestion.For("youtube", SampleColumns.OfCsv(YouTube));

        Assert.Equal(
            (DatasetCategory.Summary, Grain.Daily, "Date", "Date Type"),
            (suggestion.Category, suggestion.Granularity, suggestion.DatePath, suggestion.DateTypePath));
        Assert.Equal(
            [("brand", "Brand"), ("campaign", "Campaign"), ("channel", "Channel"), ("geo", "Geo"), ("clicks", "Clicks"), ("spend", "Spend")],
            suggestion.Mappings.Select(mapping => (mapping.Field.Name, mapping.Column!)));
        Assert.Equal(["geo"], suggestion.Mappings.Where(mapping => mapping.IsNew).Select(mapping => mapping.Field.Name));
        Assert.Empty(suggestion.Unmapped);
        DatasetPlan dataset = Loaded(suggestion);
        Assert.Equal([MetricRule.Sum, MetricRule.Sum], dataset.Metrics.Select(metric => metric.Aggregate));
        Assert.Equal(["channel"], dataset.Mandatory);
    }

    [Theory]
    [InlineData("Amount Spent", "5.5", "spend")]
    [InlineData("media_cost", "5", "cost")]
    [InlineData("Impr", "5", "impressions")]
    [InlineData("imps", "5", "impressions")]
    [InlineData("Views", "5", "impressions")]
    [InlineData("Impresions", "5", "impressions")]
    [InlineData("Total Clicks", "5", "clicks")]
    [InlineData("Sent", "5", "emailssent")]
    [InlineData("Emails_Sent", "5", "emailssent")]
    [InlineData("Revenue", "5", "gross_demand")]
    [InlineData("Sales", "5", "net_sales")]
    [InlineData("Units Sold", "5", "orders")]
    [InlineData("Goal", "Fashion", "conversiontype")]
    [InlineData("Media Channel", "TV", "channel")]
    [InlineData("CAMPAIGN_NAME", "x", "campaign")]
    [InlineData("_acme.Channel", "x", "channel")]
    [InlineData("paidMedia.metrics.impressions", "5", "impressions")]
    public void Other_names_and_slips_are_understood(string column, string value, string field)
    {
        MappingSuggestion suggestion = MappingSuggestion.For("d", SampleColumns.OfCsv($"day,{column}\n2024-01-01,{value}\n"));

        SuggestedMapping mapping = suggestion.Mappings.Single(each => each.Column == column);
        Assert.Equal((field, false), (mapping.Field.Name, mapping.IsNew));
        Loaded(suggestion);
    }

    [Theory]
    [InlineData("Region", "CH", "geo")]
    [InlineData("Country", "CH", "geo")]
    [InlineData("Ad Group", "x", "ad_group")]
    [InlineData("3rd party", "x", "_3rd_party")]
    [InlineData("größe", "x", "gr_e")]
    [InlineData("Quality", "0.5", "quality")]
    public void What_is_no_global_field_is_proposed_as_a_new_one(string column, string value, string field)
    {
        MappingSuggestion suggestion = MappingSuggestion.For("d", SampleColumns.OfCsv($"day,{column},clicks\n2024-01-01,{value},1\n"));

        SuggestedMapping mapping = suggestion.Mappings.Single(each => each.Column == column);
        Assert.Equal((field, true), (mapping.Field.Name, mapping.IsNew));
        Loaded(suggestion);
    }

    [Theory]
    [InlineData("2022-01-01 2022-01-08 2022-01-22", Grain.Weekly, DayOfWeek.Saturday)]
    [InlineData("2022-01-03 2022-01-17 2022-01-10", Grain.Weekly, DayOfWeek.Monday)]
    [InlineData("2022-01-01 2022-01-08 2022-01-16", Grain.Weekly, null)]
    [InlineData("2022-01-01 2022-02-01 2022-03-01", Grain.Monthly, null)]
    [InlineData("2020-01-01 2021-01-01", Grain.Yearly, null)]
    [InlineData("2022-01-01 2022-01-02", Grain.Daily, null)]
    [InlineData("2022-01-01T10:00:00Z 2022-01-01T11:00:00Z", Grain.Daily, null)]
    [InlineData("2022-01-01", Grain.Daily, null)]
    public void The_gaps_between_dates_tell_the_granularity(string dates, Grain grain, DayOfWeek? start)
    {
        string rows = string.Concat(dates.Split(' ').Select(date => $"{date},1\n"));

        MappingSuggestion suggestion = MappingSuggestion.For("d", SampleColumns.OfCsv("week,clicks\n" + rows));

        Assert.Equal((grain, start), (suggestion.Granularity, suggestion.StartOfWeek));
        Assert.Equal(grain, Loaded(suggestion).Granularity);
    }

    [Fact]
    public void Factors_are_known_by_their_name_and_value()
    {
        MappingSuggestion suggestion = MappingSuggestion.For("macro", SampleColumns.OfCsv("Timestamp,Factor Name,Factor Value,Value Type\n2025-03-13,_cpi,20,Actual\n"));

        Assert.Equal(DatasetCategory.Factors, suggestion.Category);
        Assert.Equal(["factor_name", "factor_value_type", "factor_value"], suggestion.Mappings.Select(mapping => mapping.Field.Name));
        Assert.Equal(DatasetCategory.Factors, Loaded(suggestion).Category);
    }

    [Fact]
    public void Events_are_known_by_what_every_event_has()
    {
        const string Events = """
            {"_id":"e1","eventType":"x","timestamp":"2024-01-01T00:00:00Z","identityMap":{"ECID":[{"id":"a"}]},"channel":{"typeAtSource":"social"},"clicks":1}
            {"_id":"e2","eventType":"x","timestamp":"2024-01-01T00:00:01Z","identityMap":{"ECID":[{"id":"b"}]},"channel":{"typeAtSource":"mail"}}
            """;

        MappingSuggestion suggestion = MappingSuggestion.For("web", SampleColumns.OfJson(Events));

        Assert.Equal((DatasetCategory.ExperienceEvents, "timestamp"), (suggestion.Category, suggestion.DatePath));
        Assert.Equal(
            [("channel_type_at_source", "channel.typeAtSource"), ("clicks", "clicks")],
            suggestion.Mappings.Select(mapping => (mapping.Field.Name, mapping.Column!)));
        Loaded(suggestion);
    }

    [Fact]
    public void Records_of_a_schema_are_mapped_by_the_last_part_of_their_paths()
    {
        const string Records = """
            [{"timestamp":"2024-01-01T00:00:00Z","extSourceSystemAudit":{"lastUpdatedDate":"2024-01-02T00:00:00Z"},
              "_acme":{"ChannelName":"TV","Cost":12.5,"Impressions":3,"Region":"CH","TrafficSource":"x"}}]
            """;

        MappingSuggestion suggestion = MappingSuggestion.For("tv", SampleColumns.OfJson(Records));

        Assert.Equal(("timestamp", "extSourceSystemAudit.lastUpdatedDate"), (suggestion.DatePath, suggestion.VersionPath));
        Assert.Equal(["channel", "trafficsource", "geo", "cost", "impressions"], suggestion.Mappings.OrderBy(mapping => mapping.Field.Category).ThenBy(mapping => mapping.IsNew).Select(mapping => mapping.Field.Name));
        Loaded(suggestion);
    }

    [Fact]
    public void Fields_of_the_client_are_proposed_as_they_are()
    {
        MappingSuggestion suggestion = MappingSuggestion.For(
            "d", SampleColumns.OfCsv("day,Geo,Reach\n2024-01-01,CH,1\n"), DatasetTopology.Plan.Harmonized.Dictionary);

        Assert.Equal([("geo", false), ("reach", false)], suggestion.Mappings.Select(mapping => (mapping.Field.Name, mapping.IsNew)));
    }

    [Fact]
    public void Whatever_the_columns_are_called_the_suggestion_loads()
    {
        const int Seed = 30_04;
        string[] parts = ["Spend", "clicks", "Date", " ", "_", ".", ":", "#", "\"", "'", "{", "}", "ü", "true", "null", "~", "- ", "1", "\\", "%", "&a", "*", "\u2028", "factor value", "Factor Name", ","];
        string[] values = ["1", "1.5", "x", "true", "2024-01-01", "", "2024-01-01T00:00:00Z", "NaN", "1e999"];
        Random random = new(Seed);
        for (int run = 0; run < 2_000; run++)
        {
            string Name() => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => parts[random.Next(parts.Length)]));
            string[] names = [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => Name())];
            string header = string.Join(',', names.Select(name => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
            string row = string.Join(',', names.Select(_ => values[random.Next(values.Length)]));
            MappingSuggestion suggestion = MappingSuggestion.For(names[0], SampleColumns.OfCsv($"{header}\n{row}\n"));

            TopologyResult result = TopologyLoader.Parse("topology: t\ntenant: a\n" + suggestion.ToYaml(), "t.yaml");

            Assert.True(result.IsValid, $"seed {Seed}, run {run}\n{suggestion.ToYaml()}\n{string.Join('\n', result.Problems)}");
        }
    }

    private static DatasetPlan Loaded(MappingSuggestion suggestion) =>
        DatasetTopology.Valid("topology: t\ntenant: a\n" + suggestion.ToYaml()).Harmonized.Datasets.Single();
}
