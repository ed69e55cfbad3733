using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// The language as a JSON Schema (draft 2020-12), for editors that complete and check while somebody writes. It says what a
/// single value may be; what spans several (names that must exist, graphs without cycles) only the loader knows.
/// </summary>
public static class TopologySchema
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The document, as `mixmodeler topology schema` prints it.</summary>
    public static string Text { get; } = Write();

    private static string Write()
    {
        JsonObject document = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "A topology of MixModeler.Streaming",
        };
        foreach ((string name, JsonNode? value) in Of(TopologyLanguage.Root))
        {
            document.Add(name, value?.DeepClone());
        }

        document["allOf"] = new JsonArray([.. TopologyLanguage.TwoForms.Select(forms => (JsonNode)NotBoth(forms.One, forms.Other))]);
        return document.ToJsonString(Readable) + "\n";
    }

    private static JsonObject NotBoth(string one, string other) => new() { ["not"] = new JsonObject { ["required"] = Texts(one, other) } };

    private static JsonObject Of(Shape shape) => shape.Kind switch
    {
        ShapeKind.Text => OfText(MapReader.TextCharactersMax),
        ShapeKind.Expression => OfText(MapReader.ExpressionCharactersMax),
        ShapeKind.Name => new JsonObject { ["type"] = "string", ["pattern"] = Names.Pattern(shape.AlsoAllowed) },
        ShapeKind.Path => new JsonObject { ["type"] = "string", ["pattern"] = Names.PathPattern, ["maxLength"] = Names.PathCharactersMax },
        ShapeKind.Number => OfNumber(shape.Range),
        ShapeKind.Count => new JsonObject { ["type"] = "integer", ["minimum"] = shape.Min, ["maximum"] = shape.Max },
        ShapeKind.Span => new JsonObject
        {
            ["type"] = "string",
            ["pattern"] = Duration.Pattern,
            ["$comment"] = $"{Duration.Text(shape.SpanMin)} to {Duration.Text(shape.SpanMax)}",
        },
        // YAML takes true and false for more than texts.
        ShapeKind.Word when shape.Words is ["false", "true"] => new JsonObject { ["enum"] = new JsonArray(false, true, "false", "true") },
        ShapeKind.Word => new JsonObject { ["enum"] = Texts(shape.Words) },
        ShapeKind.Map => OfMap(shape),
        ShapeKind.NamedMap => Limited(
            new JsonObject
            {
                ["type"] = "object",
                ["propertyNames"] = new JsonObject { ["pattern"] = shape.HasFreeTexts ? Names.TextPattern : Names.Pattern(shape.AlsoAllowed) },
                ["additionalProperties"] = Of(shape.Of!),
                ["minProperties"] = 1,
            },
            "maxProperties",
            shape.CountMax),
        ShapeKind.List => Limited(new JsonObject { ["type"] = "array", ["items"] = Of(shape.Of!), ["minItems"] = 1 }, "maxItems", shape.CountMax),
        ShapeKind.Either => new JsonObject { ["anyOf"] = new JsonArray([.. shape.Forms.Select(form => (JsonNode)Of(form))]) },
        _ => [],
    };

    private static JsonObject OfMap(Shape shape)
    {
        JsonObject properties = [];
        foreach (Member member in shape.Members)
        {
            JsonObject property = Of(member.Shape);
            property.Insert(0, "description", member.Meaning);
            if (member.Default is not null)
            {
                property["default"] = member.Default switch
                {
                    TimeSpan span => Duration.Text(span),
                    double number => number,
                    int count => count,
                    object text => text.ToString(),
                };
            }

            properties.Add(member.Name, property);
        }

        JsonObject map = new() { ["type"] = "object", ["properties"] = properties };
        string[] required = [.. shape.Members.Where(member => member.Required).Select(member => member.Name)];
        if (required.Length > 0)
        {
            map["required"] = Texts(required);
        }

        map["additionalProperties"] = shape.IsOpen;
        return map;
    }

    // A text that looks like a number or a truth value is one to YAML.
    private static JsonObject OfText(int charactersMax) => new()
    {
        ["type"] = Texts("string", "number", "boolean"),
        ["minLength"] = 1,
        ["maxLength"] = charactersMax,
    };

    private static JsonObject OfNumber(NumberRange range)
    {
        JsonObject number = new() { ["type"] = "number" };
        if (range != NumberRange.Any)
        {
            number[range.IncludesMin ? "minimum" : "exclusiveMinimum"] = range.Min;
            number[range.IncludesMax ? "maximum" : "exclusiveMaximum"] = range.Max;
        }

        return number;
    }

    private static JsonObject Limited(JsonObject schema, string name, int max)
    {
        if (max < int.MaxValue)
        {
            schema[name] = max;
        }

        return schema;
    }

    private static JsonArray Texts(params string[] texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
