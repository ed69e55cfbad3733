using System.Collections.Frozen;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>What publishers call the harmonized fields: names in small letters and digits, without blanks and underscores.</summary>
internal static class FieldSynonyms
{
    public static FrozenSet<string> Dates { get; } = Set("date", "day", "week", "month", "timestamp", "eventdate", "reportdate", "datestart", "weekstart", "startdate", "period", "reportingstarts", "weekof");

    public static FrozenSet<string> DateTypes { get; } = Set("datetype", "granularity", "grain", "periodtype", "timegranularity");

    public static FrozenSet<string> Versions { get; } = Set("lastupdateddate", "lastupdated", "updatedat", "updated", "lastmodified", "modifiedat", "modified", "lastmodifieddate");

    private static readonly FrozenDictionary<string, string[]> Fields = new Dictionary<string, string[]>
    {
        ["brand"] = ["brandname"],
        ["campaign"] = ["campaignname", "campaigntitle", "campagne"],
        ["channel"] = ["channelname", "mediachannel", "marketingchannel", "kanal"],
        ["channel_id"] = ["channelid"],
        ["channel_type_at_source"] = ["typeatsource", "channeltype"],
        ["clicks"] = ["click", "linkclicks", "clickthroughs", "clks"],
        ["conversiontype"] = ["goal", "conversionname", "conversionevent", "conversioncategory"],
        ["cost"] = ["costs", "mediacost", "totalcost"],
        ["emailssent"] = ["sent", "sends", "mailssent", "emailsent", "emailsends"],
        ["gross_demand"] = ["revenue", "grossrevenue", "grosssales", "demand", "conversionvalue"],
        ["impressions"] = ["impression", "impr", "imps", "imp", "views", "adviews", "impressionsserved"],
        ["linkvisits"] = ["visits", "linkvisit", "landingpageviews"],
        ["mediatype"] = ["media", "mediachanneltype"],
        ["net_sales"] = ["sales", "netrevenue", "netsale"],
        ["orders"] = ["order", "unitssold", "purchases", "transactions", "conversions"],
        ["sourcetype"] = ["source"],
        ["spend"] = ["amountspent", "spent", "adspend", "mediaspend", "budgetspent", "totalspend", "investment"],
        ["trafficsource"] = ["traffic", "referrer", "utmsource"],
        [GlobalFields.FactorName] = ["factor"],
        [GlobalFields.FactorValue] = ["value"],
        [GlobalFields.FactorType] = ["factortype"],
        [GlobalFields.FactorValueType] = ["valuetype"],
    }.ToFrozenDictionary();

    /// <summary>What is no global field and yet means the same everywhere, by the name under which it is suggested.</summary>
    private static readonly FrozenDictionary<string, string[]> Clients = new Dictionary<string, string[]>
    {
        ["geo"] = ["geo", "region", "country", "market", "state", "dma", "territory"],
        ["product"] = ["product", "productname", "sku", "item"],
    }.ToFrozenDictionary();

    public static bool Means(string column, string field) =>
        (Fields.TryGetValue(field, out string[]? names) || Clients.TryGetValue(field, out names)) && names.Contains(column);

    /// <summary>The usual name of a field that has to be added; null where the column's own will do.</summary>
    public static string? ClientFor(string column) => Clients.FirstOrDefault(client => client.Value.Contains(column)).Key;

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
