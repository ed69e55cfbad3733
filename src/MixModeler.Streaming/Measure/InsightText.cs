using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MixModeler.Streaming.Measure;

/// <summary>An answer as JSON or CSV. Numbers are written so that they read back to the same bits; what is unknown is null or empty.</summary>
public static class InsightText
{
    public static byte[] ToJson(Insight insight)
    {
        ArgumentNullException.ThrowIfNull(insight);
        using MemoryStream output = new();
        using (Utf8JsonWriter json = new(output, new JsonWriterOptions { Indented = true }))
        {
            Write(json, insight);
        }

        return output.ToArray();
    }

    /// <summary>Reads back what <see cref="ToJson"/> wrote; days come back as text.</summary>
    /// <exception cref="KeyNotFoundException">A member is missing.</exception>
    public static Insight FromJson(JsonElement json)
    {
        DateOnly? Day(string name) => json.TryGetProperty(name, out JsonElement day) ? DateOnly.Parse(day.GetString()!, CultureInfo.InvariantCulture) : null;
        Insight insight = new(Text(json, "question"), Text(json, "model"), Text(json, "version")) { From = Day("from"), To = Day("to") };
        insight.Facts.AddRange(json.GetProperty("facts").EnumerateObject().Select(fact => new KeyValuePair<string, object?>(fact.Name, Cell(fact.Value))));
        foreach (JsonProperty table in json.GetProperty("tables").EnumerateObject())
        {
            JsonElement[] rows = [.. table.Value.EnumerateArray()];
            string[] columns = rows.Length == 0 ? [] : [.. rows[0].EnumerateObject().Select(cell => cell.Name)];
            InsightTable its = insight.Add(table.Name, columns);
            foreach (JsonElement row in rows)
            {
                its.Add([.. columns.Select(column => Cell(row.GetProperty(column)))]);
            }
        }

        insight.Notes.AddRange(json.GetProperty("notes").EnumerateArray().Select(note => note.GetString()!));
        return insight;
    }

    /// <summary>The first table, or the one that is named.</summary>
    /// <exception cref="KeyNotFoundException">There is no such table.</exception>
    public static string ToCsv(Insight insight, string? table = null)
    {
        ArgumentNullException.ThrowIfNull(insight);
        InsightTable its = table is not null || insight.Tables.Count == 0 ? insight.Table(table ?? "") : insight.Tables[0];
        StringBuilder text = new();
        text.AppendJoin(',', its.Columns.Select(Quoted)).Append('\n');
        foreach (object?[] row in its.Rows)
        {
            text.AppendJoin(',', row.Select(cell => Quoted(Cell(cell)))).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A cell as text.</summary>
    public static string Cell(object? cell) => cell switch
    {
        null => "",
        double number => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private static object? Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        JsonValueKind.String => value.GetString(),
        _ => null,
    };

    private static void Write(Utf8JsonWriter json, Insight insight)
    {
        json.WriteStartObject();
        json.WriteString("question", insight.Question);
        json.WriteString("model", insight.Model);
        json.WriteString("version", insight.Version);
        if (insight.From is { } from && insight.To is { } to)
        {
            json.WriteString("from", Cell(from));
            json.WriteString("to", Cell(to));
        }

        json.WriteStartObject("facts");
        foreach ((string name, object? value) in insight.Facts)
        {
            json.WritePropertyName(name);
            Value(json, value);
        }

        json.WriteEndObject();
        json.WriteStartObject("tables");
        foreach (InsightTable table in insight.Tables)
        {
            json.WriteStartArray(table.Name);
            foreach (object?[] row in table.Rows)
            {
                json.WriteStartObject();
                for (int c = 0; c < row.Length; c++)
                {
                    json.WritePropertyName(table.Columns[c]);
                    Value(json, row[c]);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartArray("notes");
        insight.Notes.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Value(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case null or double:
                json.WriteNullValue();
                break;
            case long count:
                json.WriteNumberValue(count);
                break;
            case int count:
                json.WriteNumberValue(count);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            default:
                json.WriteStringValue(Cell(value));
                break;
        }
    }

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
