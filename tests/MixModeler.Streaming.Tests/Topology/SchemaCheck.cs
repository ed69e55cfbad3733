using System.Text.Json;
using System.Text.RegularExpressions;

namespace MixModeler.Streaming.Tests.Topology;

/// <summary>As much of JSON Schema as the published schema uses; a keyword that it does not know fails the test.</summary>
internal static class SchemaCheck
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "$schema", "$comment", "title", "description", "default", "type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties",
        "items", "minItems", "maxItems", "anyOf", "allOf", "not",
    };

    /// <summary>What of a value does not conform; empty where all does.</summary>
    public static IEnumerable<string> Faults(JsonElement schema, JsonElement value, string at = "")
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return schema.ValueKind == JsonValueKind.True ? [] : [$"{at}: not allowed"];
        }

        return schema.EnumerateObject().SelectMany(keyword => Keyword(keyword.Name, keyword.Value, schema, value, at));
    }

    private static IEnumerable<string> Keyword(string name, JsonElement rule, JsonElement schema, JsonElement value, string at)
    {
        Assert.Contains(name, Known);
        IEnumerable<string> found = name switch
        {
            "anyOf" => rule.EnumerateArray().Any(form => !Faults(form, value).Any()) ? [] : [$"{at}: no form of anyOf"],
            "allOf" => rule.EnumerateArray().SelectMany(form => Faults(form, value, at)),
            "not" => Faults(rule, value).Any() ? [] : [$"{at}: what must not be"],
            "type" => Types(rule).Any(type => IsType(type, value))
                ? []
                : [$"{at}: {value.ValueKind} is no {rule}"],
            "enum" => rule.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)) ? [] : [$"{at}: {value} is none of {rule}"],
            _ => value.ValueKind switch
            {
                JsonValueKind.String => Text(name, rule, value.GetString()!, at),
                JsonValueKind.Number => Number(name, rule, value.GetDouble(), at),
                JsonValueKind.Array => List(name, rule, value, at),
                JsonValueKind.Object => Map(name, rule, schema, value, at),
                _ => [],
            },
        };
        return found;
    }

    private static string[] Types(JsonElement rule) =>
        rule.ValueKind == JsonValueKind.Array ? [.. rule.EnumerateArray().Select(type => type.GetString()!)] : [rule.GetString()!];

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new InvalidOperationException($"no type {type}"),
    };

    private static IEnumerable<string> Text(string name, JsonElement rule, string value, string at)
    {
        bool holds = name switch
        {
            "pattern" => Regex.IsMatch(value, rule.GetString()!, RegexOptions.ECMAScript),
            "minLength" => value.Length >= rule.GetInt32(),
            "maxLength" => value.Length <= rule.GetInt32(),
            _ => true,
        };
        return holds ? [] : [$"{at}: '{value}' against {name} {rule}"];
    }

    private static IEnumerable<string> Number(string name, JsonElement rule, double value, string at)
    {
        bool holds = name switch
        {
            "minimum" => value >= rule.GetDouble(),
            "maximum" => value <= rule.GetDouble(),
            "exclusiveMinimum" => value > rule.GetDouble(),
            "exclusiveMaximum" => value < rule.GetDouble(),
            _ => true,
        };
        return holds ? [] : [$"{at}: {value} against {name} {rule}"];
    }

    private static IEnumerable<string> List(string name, JsonElement rule, JsonElement value, string at) => name switch
    {
        "items" => value.EnumerateArray().SelectMany((item, i) => Faults(rule, item, $"{at}/{i}")),
        "minItems" when value.GetArrayLength() < rule.GetInt32() => [$"{at}: too few items"],
        "maxItems" when value.GetArrayLength() > rule.GetInt32() => [$"{at}: too many items"],
        _ => [],
    };

    private static IEnumerable<string> Map(string name, JsonElement rule, JsonElement schema, JsonElement value, string at) => name switch
    {
        "properties" => value.EnumerateObject()
            .Where(member => rule.TryGetProperty(member.Name, out _))
            .SelectMany(member => Faults(rule.GetProperty(member.Name), member.Value, $"{at}/{member.Name}")),
        "required" => rule.EnumerateArray().Where(key => !value.TryGetProperty(key.GetString()!, out _)).Select(key => $"{at}: no {key}"),
        "additionalProperties" => value.EnumerateObject()
            .Where(member => !schema.TryGetProperty("properties", out JsonElement described) || !described.TryGetProperty(member.Name, out _))
            .SelectMany(member => Faults(rule, member.Value, $"{at}/{member.Name}")),
        "propertyNames" => value.EnumerateObject().SelectMany(member => Text("pattern", rule.GetProperty("pattern"), member.Name, at)),
        "minProperties" when value.EnumerateObject().Count() < rule.GetInt32() => [$"{at}: too few members"],
        "maxProperties" when value.EnumerateObject().Count() > rule.GetInt32() => [$"{at}: too many members"],
        _ => [],
    };
}
