using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MixModeler.Streaming.Score.Cel;

/// <summary>
/// Values from and to JSON. A whole number is an int, beyond that a uint, beyond both and with a fraction or exponent a double;
/// an object is a map with string keys.
/// </summary>
public static class CelJson
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = false, MaxDepth = 2_000 };

    /// <summary>Reads the value at which the reader stands. Throws <see cref="JsonException"/> where there is none.</summary>
    public static CelValue Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return CelValue.Null;
            case JsonTokenType.True or JsonTokenType.False:
                return CelValue.Of(reader.TokenType == JsonTokenType.True);
            case JsonTokenType.Number:
                return reader.TryGetInt64(out long whole) ? CelValue.Of(whole)
                    : reader.TryGetUInt64(out ulong large) ? CelValue.Of(large)
                    : CelValue.Of(reader.GetDouble());
            case JsonTokenType.String:
                return Text(ref reader);
            case JsonTokenType.StartArray:
                List<CelValue> items = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader));
                }

                return CelValue.Of([.. items]);
            case JsonTokenType.StartObject:
                return Object(ref reader);
            default:
                throw new JsonException("there is no JSON value here");
        }
    }

    /// <summary>One document, or why it is none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out CelValue value, out string problem)
    {
        value = default;
        problem = "";
        try
        {
            Utf8JsonReader reader = new(utf8);
            reader.Read();
            value = Read(ref reader);
            if (!reader.Read())
            {
                return true;
            }

            problem = "more follows after the JSON value";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            problem = e.Message;
        }

        return false;
    }

    /// <summary>As JSON; an error is not written, it has no form there.</summary>
    public static void Write(Utf8JsonWriter json, in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Bool:
                json.WriteBooleanValue(value.AsBool);
                break;
            case CelKind.Int:
                json.WriteNumberValue(value.AsInt);
                break;
            case CelKind.UInt:
                json.WriteNumberValue(value.AsUInt);
                break;
            case CelKind.Double when double.IsFinite(value.AsDouble):
                json.WriteNumberValue(value.AsDouble);
                break;
            case CelKind.Double or CelKind.Timestamp or CelKind.Duration or CelKind.Type:
                json.WriteStringValue(ScalarText(value));
                break;
            case CelKind.String:
                json.WriteStringValue(value.AsText);
                break;
            case CelKind.Bytes:
                json.WriteBase64StringValue(value.AsUtf8);
                break;
            case CelKind.List:
                json.WriteStartArray();
                foreach (ref readonly CelValue item in value.AsList)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case CelKind.Map:
                WriteMap(json, value.AsMap);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    /// <summary>The value as a line of JSON.</summary>
    public static string ToJson(in CelValue value)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Plain))
        {
            Write(json, value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>For people: as JSON, but without the quotes around what JSON has as a string.</summary>
    public static string ToText(in CelValue value) => value.Kind switch
    {
        CelKind.String => value.AsText,
        CelKind.Error => value.AsError.Message,
        CelKind.Bytes => Convert.ToBase64String(value.AsUtf8),
        CelKind.Double or CelKind.Timestamp or CelKind.Duration or CelKind.Type => ScalarText(value),
        _ => ToJson(value),
    };

    internal static JsonWriterOptions WriterOptions => Plain;

    private static string ScalarText(in CelValue value) => value.Kind switch
    {
        CelKind.Double => value.AsDouble.ToString(CultureInfo.InvariantCulture),
        CelKind.Timestamp => CelTime.FormatTimestamp(value),
        CelKind.Duration => CelTime.FormatDuration(value),
        _ => CelType.RuntimeName(value.AsType.Kind),
    };

    private static void WriteMap(Utf8JsonWriter json, CelMap map)
    {
        json.WriteStartObject();
        for (int i = 0; i < map.Count; i++)
        {
            json.WritePropertyName(ToText(map.Keys[i]));
            Write(json, map.Values[i]);
        }

        json.WriteEndObject();
    }

    private static CelValue Text(ref Utf8JsonReader reader)
    {
        // GetString refuses what is no valid UTF-8 or half a surrogate pair.
        byte[] utf8 = Encoding.UTF8.GetBytes(reader.GetString()!);
        return CelValue.OfUtf8(utf8, 0, utf8.Length);
    }

    private static CelValue Object(ref Utf8JsonReader reader)
    {
        List<CelValue> keys = [];
        List<CelValue> values = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            keys.Add(Text(ref reader));
            reader.Read();
            values.Add(Read(ref reader));
        }

        return CelMap.TryCreate([.. keys], [.. values], out CelMap? map, out int duplicate)
            ? CelValue.Of(map)
            : throw new JsonException($"an object has the key '{keys[duplicate].AsText}' twice");
    }
}
