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
