using System.Text;
using System.Text.Unicode;

namespace MixModeler.Streaming.Explain;

/// <summary>A refused record for the eye: as JSON where it is some, else as text, else as bytes; masked unless told otherwise.</summary>
public static class DeadLetterText
{
    private const int ShownBytesMax = 64 * 1_024;

    /// <summary>The record, and in what form it is given: "json", "text" or "bytes".</summary>
    public static (string Form, string Text) Of(ReadOnlyMemory<byte> value, Mask mask, bool raw)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (raw && Utf8.IsValid(value.Span))
        {
            return ("text", Encoding.UTF8.GetString(value.Span));
        }

        if (!raw && mask.Json(value) is { } json)
        {
            return ("json", json);
        }

        ReadOnlySpan<byte> shown = value.Span[..Math.Min(value.Length, ShownBytesMax)];
        if (Utf8.IsValid(value.Span))
        {
            // What is no JSON has no paths: ids in it are hidden where they are the key, or look like an address or a number.
            return ("text", mask.Plain(Encoding.UTF8.GetString(shown)));
        }

        return ("bytes", raw ? Convert.ToHexStringLower(shown) : $"{value.Length} bytes that are no UTF-8 text (--raw shows them)");
    }
}
