using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>A suggestion as YAML that a topology can include.</summary>
internal static partial class SuggestionText
{
    private static readonly string[] Words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    private static readonly JsonSerializerOptions Quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(MappingSuggestion suggestion)
    {
        StringBuilder text = new("datasets:\n");
        text.Append(CultureInfo.InvariantCulture, $"  {suggestion.Dataset}:\n");
        Line(text, "category", DatasetSection.Word(suggestion.Category));
        Line(text, "granularity", suggestion.Granularity.ToString());
        Line(text, "startOfWeek", suggestion.StartOfWeek?.ToString());
        Line(text, "date", suggestion.DatePath);
        Line(text, "dateType", suggestion.DateTypePath);
        Line(text, "version", suggestion.VersionPath);
        if (suggestion.Mappings.Any(mapping => mapping.Field.Name == GlobalFields.Channel))
        {
            text.Append(CultureInfo.InvariantCulture, $"    mandatory: [{GlobalFields.Channel}]\n");
        }

        text.Append("    map:\n");
        foreach (SuggestedMapping mapping in suggestion.Mappings)
        {
            string form = mapping.Field.Category == FieldCategory.Dimension ? "field" : mapping.Column is null ? "count" : "sum";
            string line = $"      {mapping.Field.Name}: {{ {form}: {Text(mapping.Column ?? "records")} }}";
            text.Append(CultureInfo.InvariantCulture, $"{line,-64} # {mapping.Confidence:0.0}, {mapping.Reason}\n");
        }

        AddFields(text, suggestion);
        foreach (string column in suggestion.Unmapped)
        {
            text.Append(CultureInfo.InvariantCulture, $"# not mapped: {JsonSerializer.Serialize(column, Quoted)}\n");
        }

        return text.ToString();
    }

    private static void AddFields(StringBuilder text, MappingSuggestion suggestion)
    {
        HarmonizedField[] fields = [.. suggestion.Mappings.Where(mapping => mapping.IsNew).Select(mapping => mapping.Field)];
        if (fields.Length > 0)
        {
            text.Append("fields:\n");
        }

        foreach (HarmonizedField field in fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {field.Name}: {{ display: {Text(field.Display)}, category: {field.Category}, type: {field.Type} }}\n");
        }
    }

    private static void Line(StringBuilder text, string member, string? value)
    {
        if (value is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {member}: {Text(value)}\n");
        }
    }

    // Quoted unless it can be nothing but a text.
    private static string Text(string value) =>
        Plain().IsMatch(value) && !Words.Contains(value.ToLowerInvariant()) ? value : JsonSerializer.Serialize(value, Quoted);

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.]*( [A-Za-z][A-Za-z0-9_]*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
