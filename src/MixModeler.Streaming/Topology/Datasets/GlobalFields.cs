using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>The fields of the harmonized table that every topology has. They can neither be changed nor taken away.</summary>
public static class GlobalFields
{
    public const string Channel = "channel";
    public const string ConversionType = "conversiontype";
    public const string Dataset = "dataset";
    public const string DateType = "date_type";
    public const string EventDate = "event_date";
    public const string LastUpdatedDate = "last_updated_date";
    public const string FactorName = "factor_name";
    public const string FactorValue = "factor_value";
    public const string FactorType = "factor_type";
    public const string FactorValueType = "factor_value_type";
    public const string FactorGranularity = "factor_granularity";

    /// <summary>By name.</summary>
    public static ImmutableArray<HarmonizedField> All { get; } =
    [
        .. new[]
        {
            Text("brand", "Brand"),
            Text("campaign", "Campaign"),
            Text(Channel, "Channel"),
            Text("channel_id", "Channel ID"),
            Text("channel_type_at_source", "Channel Type At Source"),
            Number("clicks", "Clicks"),
            Text(ConversionType, "Conversion Type"),
            Currency("cost", "Cost"),
            Text(Dataset, "Dataset"),
            Text(DateType, "Date Type"),
            Number("emailssent", "Emails Sent"),
            Time(EventDate, "Date"),
            Currency("gross_demand", "Gross Demand"),
            Number("impressions", "Impressions"),
            Time(LastUpdatedDate, "Last Updated Date"),
            Number("linkvisits", "Link Visits"),
            Text("mediatype", "Media Type"),
            Currency("net_sales", "Net Sales"),
            Number("orders", "Orders"),
            Text("sourcetype", "Source Type"),
            Currency("spend", "Spend"),
            Text("trafficsource", "Traffic Source"),
            Text(FactorName, "Factor Name"),
            Number(FactorValue, "Factor Value"),
            Text(FactorType, "Factor Type"),
            Text(FactorValueType, "Factor Value Type"),
            Text(FactorGranularity, "Granularity"),
        }.OrderBy(field => field.Name, StringComparer.Ordinal),
    ];

    /// <summary>Only datasets of the category Factors have these.</summary>
    public static bool IsOfFactors(string field) => field.StartsWith("factor_", StringComparison.Ordinal) && All.Any(global => global.Name == field);

    /// <summary>What a dataset says in place of a mapping, for the fields that are made of every record; null for others.</summary>
    internal static string? MadeBy(string field) => field switch
    {
        Dataset => "it is the dataset's name",
        DateType => "it is the dataset's 'granularity'; 'dateType' says where a record names its own",
        EventDate => "'date' says where it stands",
        LastUpdatedDate => "'version' says where it stands",
        _ => null,
    };

    /// <summary>The values that a field of factors may have, the usual one first; empty for other fields.</summary>
    internal static ImmutableArray<string> WordsOf(string field) => field switch
    {
        FactorType => ["Internal", "External"],
        FactorValueType => ["Actual", "Forecasted"],
        _ => [],
    };

    private static HarmonizedField Text(string name, string display) => new(name, display, FieldCategory.Dimension, HarmonizedType.String, IsGlobal: true);

    private static HarmonizedField Time(string name, string display) => new(name, display, FieldCategory.Dimension, HarmonizedType.DateTime, IsGlobal: true);

    private static HarmonizedField Number(string name, string display) => new(name, display, FieldCategory.Metric, HarmonizedType.Number, IsGlobal: true);

    private static HarmonizedField Currency(string name, string display) => new(name, display, FieldCategory.Metric, HarmonizedType.Currency, IsGlobal: true);
}
