using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// A record of a dataset that is put back says where it first stood: `"_origin":{"partition":3,"offset":77}`. Its place is part
/// of its version, and of its name where it has no other, and both must be those of the original, which may be read again too.
/// </summary>
public static class ReplayedRow
{
    public const string Member = "_origin";

    /// <summary>The record with its origin; as it is where it has one already, or is no JSON object.</summary>
    public static ReadOnlyMemory<byte> WithOrigin(ReadOnlyMemory<byte> value, int partition, long offset)
    {
        int brace = value.Span.IndexOf((byte)'{');
        if (brace < 0 || !NeedsOrigin(value.Span, out bool isEmpty))
        {
            return value;
        }

        byte[] origin = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"{{Member}}":{"partition":{{partition}},"offset":{{offset}}}{{(isEmpty ? "" : ",")}}"""));
        byte[] whole = new byte[origin.Length + value.Length - brace - 1];
        origin.CopyTo(whole, 0);
        value.Span[(brace + 1)..].CopyTo(whole.AsSpan(origin.Length));
        return whole;
    }

    private static bool NeedsOrigin(ReadOnlySpan<byte> value, out bool isEmpty)
    {
        isEmpty = true;
        Utf8JsonReader reader = new(value);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            bool isKnown = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                isEmpty = false;
                isKnown |= reader.ValueTextEquals(Member);
                reader.Skip();
            }

            return !isKnown && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
