using System.Text.Json;
using System.Text.Unicode;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Edge.Http;

// Decision path. Budget: 0 B for a request that is well formed.

// Reads {"scope":"…","visitor":"…","attributes":{"name":"value"}}: strict, so that a misspelt member is an answer and not a
// wrong decision. One per connection; texts are unescaped into a buffer that stays.
internal sealed class DecideRequest
{
    private readonly AttributeSpan[] attributes = new AttributeSpan[RequestAttributes.CountMax];
    private byte[] texts = new byte[1_024];
    private int used;
    private (int Start, int Length) scope;
    private (int Start, int Length) visitor;
    private int attributeCount;
    private bool hasAttributes;

    public ReadOnlySpan<byte> Scope => texts.AsSpan(scope.Start, scope.Length);

    public ReadOnlySpan<byte> Visitor => texts.AsSpan(visitor.Start, visitor.Length);

    public RequestAttributes Attributes => new(texts, attributes.AsSpan(0, attributeCount));

    // What is wrong with the body, in a sentence, or null.
    public string? Read(ReadOnlySpan<byte> body)
    {
        (used, attributeCount, hasAttributes) = (0, 0, false);
        (scope, visitor) = (default, default);
        if (!Utf8.IsValid(body))
        {
            return "the body is no valid UTF-8";
        }

        if (texts.Length < body.Length)
        {
            // Unescaped, no text is longer than it was in the body.
            texts = new byte[HttpHeadParser.BodyBytesMax];
        }

        try
        {
            Utf8JsonReader reader = new(body);
            return ReadMembers(ref reader) ?? Missing();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Also escapes that make no text, such as half of a surrogate pair.
            return "the body is no valid JSON";
        }
    }

    private string? ReadMembers(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return "the body must be a JSON object";
        }

        string? problem = null;
        while (problem is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            problem = reader.ValueTextEquals("scope"u8) ? ReadText(ref reader, "scope", ref scope)
                : reader.ValueTextEquals("visitor"u8) ? ReadText(ref reader, "visitor", ref visitor)
                : reader.ValueTextEquals("attributes"u8) ? ReadAttributes(ref reader)
                : "the body may hold scope, visitor and attributes, nothing else";
        }

        // Reading on finds whatever stands behind the object.
        return problem is null && reader.Read() ? "the body must be one JSON object" : problem;
    }

    private string? Missing()
    {
        if (scope.Length == 0)
        {
            return "scope is missing";
        }

        return visitor.Length switch
        {
            0 => "visitor is missing",
            > Decider.VisitorBytesMax => $"visitor has more than {Decider.VisitorBytesMax} bytes",
            _ => null,
        };
    }

    private string? ReadText(ref Utf8JsonReader reader, string member, ref (int Start, int Length) text)
    {
        if (text.Length != 0)
        {
            return $"{member} is given twice";
        }

        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            return $"{member} must be a string";
        }

        text = Keep(ref reader);
        return text.Length == 0 ? $"{member} must not be empty" : null;
    }

    private string? ReadAttributes(ref Utf8JsonReader reader)
    {
        if (hasAttributes || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return hasAttributes ? "attributes is given twice" : "attributes must be an object";
        }

        hasAttributes = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            (int nameStart, int nameLength) = Keep(ref reader);
            if (Attributes.TryGet(texts.AsSpan(nameStart, nameLength), out _))
            {
                return "an attribute is given twice";
            }

            reader.Read();
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                return "an attribute's value must be a string, a number, true, false or null";
            }

            if (reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }

            if (attributeCount == RequestAttributes.CountMax)
            {
                return $"there may be at most {RequestAttributes.CountMax} attributes";
            }

            (int start, int length) = Keep(ref reader);
            attributes[attributeCount++] = new AttributeSpan(nameStart, nameLength, start, length);
        }

        return null;
    }

    // Texts unescaped; numbers, true and false as they are written.
    private (int Start, int Length) Keep(ref Utf8JsonReader reader)
    {
        int start = used;
        if (reader.ValueIsEscaped)
        {
            used += reader.CopyString(texts.AsSpan(start));
        }
        else
        {
            reader.ValueSpan.CopyTo(texts.AsSpan(start));
            used += reader.ValueSpan.Length;
        }

        return (start, used - start);
    }
}
