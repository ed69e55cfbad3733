using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace MixModeler.Streaming.Wire;

/// <summary>
/// Pieces of JSON written into a span without allocating. Every method returns the bytes written; the caller has made room:
/// <see cref="EscapedBytesMax"/> for texts, <see cref="NumberBytesMax"/> for numbers.
/// </summary>
public static class JsonBytes
{
    /// <summary>Room for any number that is written here: a shortest round-trip double has at most 24 bytes.</summary>
    public const int NumberBytesMax = 32;

    /// <summary>Bytes of an RFC 3339 time with milliseconds in UTC, without quotes.</summary>
    public const int TimeBytes = 24;

    // A control character becomes \u00XX; quotes stand at both ends.
    private const int EscapeGrowth = 6;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\', 0x7F]);

    public static int EscapedBytesMax(int textBytes) => textBytes * EscapeGrowth + 2;

    /// <summary>Writes UTF-8 text as a JSON string with its quotes.</summary>
    public static int Text(Span<byte> output, ReadOnlySpan<byte> utf8)
    {
        output[0] = (byte)'"';
        int at = 1;
        while (true)
        {
            int plain = utf8.IndexOfAny(Escaped);
            ReadOnlySpan<byte> run = plain < 0 ? utf8 : utf8[..plain];
            run.CopyTo(output[at..]);
            at += run.Length;
            if (plain < 0)
            {
                output[at] = (byte)'"';
                return at + 1;
            }

            at += Escape(output[at..], utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }
    }

    public static int Number(Span<byte> output, long value)
    {
        Utf8Formatter.TryFormat(value, output, out int written);
        return written;
    }

    /// <summary>The shortest text that reads back as the same double.</summary>
    public static int Number(Span<byte> output, double value)
    {
        value.TryFormat(output, out int written, default, CultureInfo.InvariantCulture);
        return written;
    }

    /// <summary>A probability with up to nine decimals: ten times cheaper than the shortest round-trip text.</summary>
    public static int Probability(Span<byte> output, double value)
    {
        const int Decimals = 9;
        const uint One = 1_000_000_000;
        uint scaled = (uint)(value * One + 0.5);
        if (!(value > 0) || scaled == 0)
        {
            output[0] = (byte)'0';
            return 1;
        }

        if (scaled >= One)
        {
            output[0] = (byte)'1';
            return 1;
        }

        int end = 2 + Decimals;
        Span<byte> digits = output[..end];
        for (int i = end - 1; i >= 2; i--)
        {
            (scaled, uint digit) = Math.DivRem(scaled, 10);
            digits[i] = (byte)('0' + digit);
        }

        digits[0] = (byte)'0';
        digits[1] = (byte)'.';
        while (digits[end - 1] == '0')
        {
            end--;
        }

        return end;
    }

    /// <summary>Writes ms since 1970 as `2026-09-01T10:00:00.000Z`, without quotes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside the years 1 to 9999.</exception>
    public static int Time(Span<byte> output, long unixMs)
    {
        DateTime at = DateTime.UnixEpoch.AddMilliseconds(unixMs);
        Digits(output, 0, at.Year, 4);
        output[4] = (byte)'-';
        Digits(output, 5, at.Month, 2);
        output[7] = (byte)'-';
        Digits(output, 8, at.Day, 2);
        output[10] = (byte)'T';
        Digits(output, 11, at.Hour, 2);
        output[13] = (byte)':';
        Digits(output, 14, at.Minute, 2);
        output[16] = (byte)':';
        Digits(output, 17, at.Second, 2);
        output[19] = (byte)'.';
        Digits(output, 20, at.Millisecond, 3);
        output[23] = (byte)'Z';
        return TimeBytes;
    }

    private static void Digits(Span<byte> output, int start, int value, int count)
    {
        for (int i = start + count - 1; i >= start; i--)
        {
            (value, int digit) = Math.DivRem(value, 10);
            output[i] = (byte)('0' + digit);
        }
    }

    private static int Escape(Span<byte> output, byte code)
    {
        output[0] = (byte)'\\';
        if (code is (byte)'"' or (byte)'\\')
        {
            output[1] = code;
            return 2;
        }

        "u00"u8.CopyTo(output[1..]);
        output[4] = Hex(code >> 4);
        output[5] = Hex(code & 0xF);
        return EscapeGrowth;
    }

    private static byte Hex(int nibble) => (byte)(nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
}
