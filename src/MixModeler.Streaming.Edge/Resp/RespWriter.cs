using System.Runtime.CompilerServices;
using System.Text;
using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Resp;

// Writes answers in RESP2, or in RESP3 after HELLO 3.
internal static class RespWriter
{
    // A marker, 20 digits, a line end.
    private const int HeaderBytesMax = 24;

    public static void Simple(ref FrontWriter to, scoped ReadOnlySpan<byte> text)
    {
        to.Raw("+"u8);
        to.Raw(text);
        to.Raw("\r\n"u8);
    }

    // Line breaks in what a client sent would end the answer early.
    public static void Error(ref FrontWriter to, string text)
    {
        to.Raw("-"u8);
        to.Raw(Encoding.UTF8.GetBytes(text.Replace('\r', ' ').Replace('\n', ' ')));
        to.Raw("\r\n"u8);
    }

    public static void Integer(ref FrontWriter to, long value) => Header(ref to, (byte)':', value);

    public static void Array(ref FrontWriter to, int count) => Header(ref to, (byte)'*', count);

    // `entries` pairs: a map in RESP3, a flat array before.
    public static void Map(ref FrontWriter to, int entries, bool isResp3) =>
        Header(ref to, isResp3 ? (byte)'%' : (byte)'*', isResp3 ? entries : entries * 2);

    public static void Null(ref FrontWriter to, bool isResp3) => to.Raw(isResp3 ? "_\r\n"u8 : "$-1\r\n"u8);

    public static void Text(ref FrontWriter to, string text) => Bulk(ref to, Encoding.UTF8.GetBytes(text));

    public static void Bulk(ref FrontWriter to, scoped ReadOnlySpan<byte> bytes)
    {
        Span<byte> room = to.Room(HeaderBytesMax + bytes.Length + 2);
        int at = Number(room, (byte)'$', bytes.Length);
        bytes.CopyTo(room[at..]);
        at += bytes.Length;
        room[at] = (byte)'\r';
        room[at + 1] = (byte)'\n';
        to.Advance(at + 2);
    }

    // A double of RESP3; its text as a bulk string before.
    public static void Probability(ref FrontWriter to, double value, bool isResp3)
    {
        Span<byte> digits = stackalloc byte[JsonBytes.NumberBytesMax];
        ReadOnlySpan<byte> text = digits[..JsonBytes.Probability(digits, value)];
        if (!isResp3)
        {
            Bulk(ref to, text);
            return;
        }

        to.Raw(","u8);
        to.Raw(text);
        to.Raw("\r\n"u8);
    }

    private static void Header(ref FrontWriter to, byte marker, long value)
    {
        Span<byte> room = to.Room(HeaderBytesMax);
        to.Advance(Number(room, marker, value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Number(Span<byte> room, byte marker, long value)
    {
        room[0] = marker;
        int at = 1;
        if ((ulong)value < 10)
        {
            room[at++] = (byte)('0' + value);
        }
        else
        {
            at += JsonBytes.Number(room[1..], value);
        }

        room[at] = (byte)'\r';
        room[at + 1] = (byte)'\n';
        return at + 2;
    }
}
