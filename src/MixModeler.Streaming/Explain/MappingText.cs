using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Explain;

/// <summary>Mappings as a topology file writes them, each on one line.</summary>
internal static partial class MappingText
{
    private static readonly JsonSerializerOptions Quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(DimensionMapping mapping)
    {
        string known = mapping.Known.IsEmpty ? "" : $", known: [{string.Join(", ", mapping.Known.Select(Scalar))}]";
        return mapping.Cases.IsEmpty
            ? $"{{ {Members(mapping.Otherwise)}{known} }}"
            : $"{{ cases: [{string.Join(", ", mapping.Cases.Select(Of))}], otherwise: {Of(mapping.Otherwise)}{known} }}";
    }

    public static string Of(MappingCase one) =>
        $"{{ {(one.IsAll ? "all" : "any")}: [{string.Join(", ", one.Conditions.Select(Of))}], then: {Of(one.Then)} }}";

    public static string Of(MetricMapping mapping)
    {
        string scale = mapping.Scales switch
        {
            { IsEmpty: true } => "",
            [{ From: null } one] => $", scale: {Number(one.By)}",
            var several => $", scale: [{string.Join(", ", several.Select(Of))}]",
        };
        string aggregate = mapping.Aggregate.ToString().ToLowerInvariant();
        return $"{{ {aggregate}: {Scalar(mapping.Path ?? "records")}{scale} }}";
    }

    /// <summary>Plain where YAML takes it for nothing but this text.</summary>
    public static string Scalar(string text) =>
        Plain().IsMatch(text) && !Word().IsMatch(text) ? text : JsonSerializer.Serialize(text, Quoted);

    private static string Of(MetricScale scale) =>
        scale.From is { } from
            ? $"{{ by: {Number(scale.By)}, from: {from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} }}"
            : $"{{ by: {Number(scale.By)} }}";

    private static string Of(MappingValue value) => $"{{ {Members(value)} }}";

    private static string Members(MappingValue value) => $"{(value.IsField ? "field" : "value")}: {Scalar(value.Text)}";

    private static string Of(MappingCondition condition)
    {
        string name = condition.Operator.ToString();
        string key = char.ToLowerInvariant(name[0]) + name[1..];
        return condition.Values.IsEmpty
            ? $"{{ field: {Scalar(condition.Path)}, {key}: true }}"
            : $"{{ field: {Scalar(condition.Path)}, {key}: [{string.Join(", ", condition.Values.Select(Scalar))}] }}";
    }

    private static string Number(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.]*( [A-Za-z0-9_.]+)*$")]
    private static partial Regex Plain();

    [GeneratedRegex("^(true|false|null|yes|no|on|off|y|n)$", RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}
