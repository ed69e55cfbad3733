using System.Buffers;
using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>What is written in YAML, as JSON: an unquoted number, true, false and null are what they look like, all else is text.</summary>
internal static class YamlJson
{
    public static void Write(YamlNode node, Utf8JsonWriter json)
    {
        switch (node.Kind)
        {
            case YamlKind.Map:
                json.WriteStartObject();
                foreach ((YamlNode key, YamlNode value) in node.Entries)
                {
                    json.WritePropertyName(key.Text);
                    Write(value, json);
                }

                json.WriteEndObject();
                break;
            case YamlKind.List:
                json.WriteStartArray();
                node.Items.ForEach(item => Write(item, json));
                json.WriteEndArray();
                break;
            default:
                if (KindOf(node) == JsonValueKind.String)
                {
                    json.WriteStringValue(node.Text);
                }
                else
                {
                    json.WriteRawValue(node.IsNothing ? "null" : node.Text);
                }

                break;
        }
    }

    /// <summary>An event: the map as written, with an id and a timestamp where it has none.</summary>
    public static byte[] WriteEvent(YamlNode map, string id, string timestamp)
    {
        ArrayBufferWriter<byte> bytes = new();
        using Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        // A record in an envelope has both inside of it.
        bool isBare = map["body"] is null;
        if (isBare && map["_id"] is null)
        {
            json.WriteString("_id", id);
        }

        if (isBare && map["timestamp"] is null)
        {
            json.WriteString("timestamp", timestamp);
        }

        foreach ((YamlNode key, YamlNode value) in map.Entries)
        {
            json.WritePropertyName(key.Text);
            Write(value, json);
        }

        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    public static JsonValueKind KindOf(YamlNode node) => node switch
    {
        { Kind: YamlKind.Map } => JsonValueKind.Object,
        { Kind: YamlKind.List } => JsonValueKind.Array,
        { IsQuoted: true } => JsonValueKind.String,
        { IsNothing: true } => JsonValueKind.Null,
        { Text: "true" } => JsonValueKind.True,
        { Text: "false" } => JsonValueKind.False,
        _ when JsonNumber.IsOne(node.Text) => JsonValueKind.Number,
        _ => JsonValueKind.String,
    };

    /// <summary>In one line, for messages.</summary>
    public static string Text(YamlNode node)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(node, json);
        }

        return System.Text.Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
