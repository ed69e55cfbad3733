using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>Where in a refused record the fault is, as exactly as its reason allows. Null where the record alone does not tell.</summary>
public static class FaultPlace
{
    public static string? Find(string reason, ReadOnlySpan<byte> value, TopologyPlan plan, Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(plan);
        return reason switch
        {
            "malformed-json" or "json-malformed" => OfSyntax(value, mask),
            "not-an-object" => "the first byte that is not blank",
            "id-missing" => Missing(value, ["_id"]),
            "timestamp-missing" or "timestamp-invalid" or "too-late" or "in-future" => Missing(value, ["timestamp"]),
            "event-type-missing" => Missing(value, ["eventType"]),
            "visitor-missing" or "visitor-too-long" => Missing(value, plan.Source.IdentityPaths),
            _ => null,
        };
    }

    private static string OfSyntax(ReadOnlySpan<byte> value, Mask mask)
    {
        Utf8JsonReader reader = new(value);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    _ = reader.GetString();
                }
            }

            return "nowhere: this is well-formed JSON now";
        }
        catch (JsonException fault)
        {
            long line = fault.LineNumber ?? 0;
            long column = fault.BytePositionInLine ?? 0;
            return FormattableString.Invariant($"line {line + 1}, byte {column + 1}: {Near(value, LineStart(value, line) + column, mask)}");
        }
        catch (InvalidOperationException)
        {
            return FormattableString.Invariant($"byte {reader.TokenStartIndex + 1}: a text that is not valid UTF-8");
        }
    }

    private static long LineStart(ReadOnlySpan<byte> value, long line)
    {
        int start = 0;
        for (; line > 0; line--)
        {
            start += value[start..].IndexOf((byte)'\n') + 1;
        }

        return start;
    }

    private static string Near(ReadOnlySpan<byte> value, long at, Mask mask)
    {
        int middle = (int)Math.Clamp(at, 0, value.Length);
        int start = Math.Max(0, middle - 20);
        ReadOnlySpan<byte> near = value[start..Math.Min(value.Length, middle + 20)];
        string text = mask.Plain(Encoding.UTF8.GetString(near));
        return middle == value.Length ? $"the record ends after {text}" : $"near {text}";
    }

    private static string? Missing(ReadOnlySpan<byte> value, IEnumerable<string> paths)
    {
        try
        {
            Utf8JsonReader reader = new(value);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            string prefix = "";
            if (Child(root, "body") is { } body && Child(body, "xdmEntity") is { } entity)
            {
                root = entity;
                prefix = "body.xdmEntity.";
            }

            return string.Join("; ", paths.Select(path => $"{prefix}{path} {Describe(root, path)}"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Describe(JsonElement root, string path)
    {
        JsonElement at = root;
        foreach (string part in path.Split('.'))
        {
            if (Child(at, part) is not { } child)
            {
                return "is not there";
            }

            at = child;
        }

        return at.ValueKind switch
        {
            JsonValueKind.String when path is "timestamp" or "eventType" => $"is \"{at.GetString()}\"",
            JsonValueKind.String => $"is a text of {Encoding.UTF8.GetByteCount(at.GetString()!)} bytes",
            JsonValueKind.Null => "is null",
            JsonValueKind.Array => $"is a list of {at.GetArrayLength()}",
            JsonValueKind.Object => "is an object",
            JsonValueKind.Number => "is a number",
            _ => "is a truth value",
        };
    }

    private static JsonElement? Child(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return parent.TryGetProperty(name, out JsonElement child) || parent.TryGetProperty("xdm:" + name, out child)
            || (name.StartsWith('_') && parent.TryGetProperty("@" + name[1..], out child)) ? child : null;
    }
}
