using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>Who uses what of the harmonized table: what would be missed if it went, and what nobody would miss.</summary>
/// <param name="Fields">Harmonized fields, by name.</param>
/// <param name="Datasets">By name; a dataset is used by what reads a metric or names a value that it brings.</param>
/// <param name="Touchpoints">In the order of the file.</param>
/// <param name="Conversions">In the order of the file.</param>
public sealed record UsageReport(
    ImmutableArray<Usage> Fields, ImmutableArray<Usage> Datasets, ImmutableArray<Usage> Touchpoints, ImmutableArray<Usage> Conversions)
{
    public static UsageReport Of(TopologyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        HarmonizePlan harmonized = plan.Harmonized;
        List<Use> uses =
        [
            .. harmonized.Datasets.SelectMany(OfDataset),
            .. harmonized.Dictionary.SelectMany(OfDerived),
            .. harmonized.Preferences.Metrics.Select(each => new Use(each.Metric, new User(UserKind.Preference, TextOf(each), "metric"))),
            .. harmonized.Touchpoints.SelectMany(each =>
                OfDefinition(UserKind.Touchpoint, each.Name, each.Rule, ("volume", each.Volume), ("spend", each.Spend))),
            .. harmonized.Conversions.SelectMany(each =>
                OfDefinition(UserKind.Conversion, each.Name, each.Rule, ("metric", each.Metric), ("revenue", each.Revenue))),
        ];
        ILookup<string, User> byField = uses.ToLookup(use => use.Field, use => use.By);
        return new UsageReport(
            [.. harmonized.Dictionary.Select(field => new Usage(field.Name, [.. byField[field.Name]]))],
            [.. harmonized.Datasets.Select(dataset => new Usage(dataset.Name, [.. ReadersOf(dataset, byField)]))],
            // Models will use these; nothing in a topology does today.
            [.. harmonized.Touchpoints.Select(each => new Usage(each.Name, []))],
            [.. harmonized.Conversions.Select(each => new Usage(each.Name, []))]);
    }

    /// <summary>The report as one JSON document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, UsageJson.Default.UsageReport);

    private static IEnumerable<Use> OfDataset(DatasetPlan dataset)
    {
        User Maps(string how) => new(UserKind.Dataset, dataset.Name, how);
        return
        [
            .. dataset.Dimensions.Select(mapping => new Use(mapping.Field, Maps("maps"))),
            .. dataset.Metrics.Select(mapping => new Use(mapping.Field, Maps("maps"))),
            .. dataset.Mandatory.Select(field => new Use(field, Maps("mandatory"))),
            .. dataset.Units.SelectMany(unit => new[] { new Use(unit.Metric, Maps("unit")), new Use(unit.Per, Maps("unit")) }).Distinct(),
        ];
    }

    private static IEnumerable<Use> OfDerived(HarmonizedField field) => field.Formula is { } text && DerivedFormula.Parse(text, out _) is { } formula
        ? formula.Metrics.Select(metric => new Use(metric, new User(UserKind.DerivedField, field.Name, "formula")))
        : [];

    private static IEnumerable<Use> OfDefinition(
        UserKind kind, string name, ImmutableArray<FieldPredicate> rule, params (string How, string? Field)[] metrics) =>
    [
        .. rule.Select(predicate => predicate.Field).Distinct().Select(field => new Use(field, new User(kind, name, "rule"))),
        .. metrics.Where(metric => metric.Field is not null).Select(metric => new Use(metric.Field!, new User(kind, name, metric.How))),
    ];

    private static IEnumerable<User> ReadersOf(DatasetPlan dataset, ILookup<string, User> byField) => dataset.Metrics
        .SelectMany(mapping => byField[mapping.Field].Where(user => user.Kind != UserKind.Dataset).Select(user => user with { How = mapping.Field }))
        .Distinct();

    private static string TextOf(MetricPreference its) =>
        $"{its.Metric} in {(its.Value is null ? "all" : $"'{its.Value}' of")} {(its.ByChannel ? "channels" : "conversionTypes")}: {its.Preference}";

    private readonly record struct Use(string Field, User By);
}

/// <summary>What uses something, perhaps nothing.</summary>
/// <param name="Name">Of what is used.</param>
/// <param name="UsedBy">In the order of the file, kind by kind.</param>
public sealed record Usage(string Name, ImmutableArray<User> UsedBy)
{
    public bool IsUnused => UsedBy.IsEmpty;
}

/// <param name="Kind">What it is that uses it.</param>
/// <param name="Name">Its name.</param>
/// <param name="How">As what: `maps`, `mandatory`, `unit`, `formula`, `metric`, `rule`, `volume`, `spend`, `revenue`; for a dataset the metric.</param>
public sealed record User(UserKind Kind, string Name, string How);

[JsonConverter(typeof(JsonStringEnumConverter<UserKind>))]
public enum UserKind
{
    [JsonStringEnumMemberName("dataset")]
    Dataset,
    [JsonStringEnumMemberName("derivedField")]
    DerivedField,
    [JsonStringEnumMemberName("preference")]
    Preference,
    [JsonStringEnumMemberName("touchpoint")]
    Touchpoint,
    [JsonStringEnumMemberName("conversion")]
    Conversion,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UsageReport))]
internal sealed partial class UsageJson : JsonSerializerContext;
