using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>A field of some records, and what stands in it.</summary>
/// <param name="Path">The name of a column, or a dotted path.</param>
/// <param name="Type">What all of its values are; String where they differ.</param>
/// <param name="Values">The first different ones.</param>
public sealed record SampleColumn(string Path, FieldType Type, ImmutableArray<string> Values);

/// <summary>The columns of the first records of a file.</summary>
public static class SampleColumns
{
    public const int RowsMax = 1_000;
    private const int ValuesMax = 400;
    private const int ColumnsMax = 512;
    private const int DepthMax = 16;

    /// <summary>Comma-separated values with a header.</summary>
    public static ImmutableArray<SampleColumn> OfCsv(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Columns columns = new();
        List<string>? header = null;
        foreach ((_, List<string> cells) in CsvText.Rows(text.TrimStart('\uFEFF')).Take(RowsMax + 1))
        {
            if (header is null)
            {
                header = cells;
                header.ForEach(name => columns.Add(name, null));
                continue;
            }

            for (int i = 0; i < Math.Min(header.Count, cells.Count); i++)
            {
                columns.Add(header[i], cells[i].Trim());
            }
        }

        return columns.ToImmutable();
    }

    /// <summary>JSON: one record, a list of records, or a record a line. Lists within records are left out: they cannot be mapped.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static ImmutableArray<SampleColumn> OfJson(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Columns columns = new();
        foreach (JsonElement record in Records(text).Take(RowsMax))
        {
            AddRecord(columns, Entity(record), "", 0);
        }

        return columns.ToImmutable();
    }

    private static IEnumerable<JsonElement> Records(string text)
    {
        string trimmed = text.TrimStart('\uFEFF').Trim();
        if (trimmed.StartsWith('['))
        {
            return JsonElement.Parse(trimmed).EnumerateArray();
        }

        string[] lines = trimmed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        bool isOne = lines.Length <= 1 || !lines[0].EndsWith('}');
        return isOne && trimmed.Length > 0 ? [JsonElement.Parse(trimmed)] : lines.Take(RowsMax).Select(line => JsonElement.Parse(line));
    }

    // The envelope of a message is not the record.
    private static JsonElement Entity(JsonElement record) =>
        record.ValueKind == JsonValueKind.Object && record.TryGetProperty("body", out JsonElement body) && body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty("xdmEntity", out JsonElement entity)
            ? entity
            : record;

    private static void AddRecord(Columns columns, JsonElement node, string path, int depth)
    {
        if (node.ValueKind == JsonValueKind.Object && depth < DepthMax)
        {
            foreach (JsonProperty member in node.EnumerateObject())
            {
                string name = member.Name.StartsWith("xdm:", StringComparison.Ordinal) ? member.Name[4..] : member.Name;
                AddRecord(columns, member.Value, path.Length == 0 ? name : $"{path}.{name}", depth + 1);
            }
        }
        else if (path.Length > 0 && node.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            columns.Add(path, node.ValueKind == JsonValueKind.Null ? null : node.ToString(), node.ValueKind);
        }
    }

    private static FieldType TypeOf(string value, JsonValueKind kind)
    {
        if (kind is JsonValueKind.True or JsonValueKind.False || (kind == JsonValueKind.Undefined && value is "true" or "false" or "True" or "False"))
        {
            return FieldType.Bool;
        }

        const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (kind != JsonValueKind.String && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            return FieldType.Int;
        }

        if (kind != JsonValueKind.String && double.TryParse(value, Number, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            return FieldType.Double;
        }

        return DateOf(value) is null ? FieldType.String : FieldType.Timestamp;
    }

    /// <summary>The day of an RFC 3339 date or date-time, as written.</summary>
    internal static DateOnly? DateOf(string value)
    {
        const string Day = "yyyy-MM-dd";
        bool isDay = value.Length >= Day.Length && (value.Length == Day.Length || value[Day.Length] is 'T' or ' ')
            && (value.Length == Day.Length || DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _));
        return isDay && DateOnly.TryParseExact(value[..Day.Length], Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;
    }

    // In the order in which they were met.
    private sealed class Columns
    {
        private readonly List<string> order = [];
        private readonly Dictionary<string, Met> met = new(StringComparer.Ordinal);

        public void Add(string name, string? value, JsonValueKind kind = JsonValueKind.Undefined)
        {
            if (!met.TryGetValue(name, out Met? column))
            {
                if (met.Count >= ColumnsMax)
                {
                    return;
                }

                order.Add(name);
                met.Add(name, column = new Met());
            }

            if (!string.IsNullOrEmpty(value))
            {
                column.Add(value, TypeOf(value, kind));
            }
        }

        public ImmutableArray<SampleColumn> ToImmutable() =>
            [.. order.Select(name => new SampleColumn(name, met[name].Type ?? FieldType.String, [.. met[name].Values]))];
    }

    private sealed class Met
    {
        private readonly HashSet<string> seen = new(StringComparer.Ordinal);

        public FieldType? Type { get; private set; }

        public List<string> Values { get; } = [];

        public void Add(string value, FieldType type)
        {
            bool areNumbers = Type is FieldType.Int or FieldType.Double && type is FieldType.Int or FieldType.Double;
            Type = Type is null || Type == type ? type : areNumbers ? FieldType.Double : FieldType.String;
            if (Values.Count < ValuesMax && seen.Add(value))
            {
                Values.Add(value);
            }
        }
    }
}
