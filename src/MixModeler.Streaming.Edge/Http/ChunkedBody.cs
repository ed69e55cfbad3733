using System.Text;

namespace MixModeler.Streaming.Edge.Http;

// Decodes a chunked body that has arrived so far; strict, and from its beginning each time, as bodies are small.
internal static class ChunkedBody
{
    // 0x10000 is the largest chunk there can be; more digits are an attack, leading zeros or not.
    private const int SizeDigitsMax = 8;
    private const int ExtensionBytesMax = 256;

    // Small chunks cost more bytes around them than in them: an end to that as well.
    private const int RawBytesMax = 2 * HttpHeadParser.BodyBytesMax;

    /// <summary>Answers as <see cref="HttpHeadParser.Parse"/> does: 0 = more bytes are needed, 200 = complete, else a status.</summary>
    public static int Decode(ReadOnlySpan<byte> bytes, ref byte[] body, out int bodyLength, out int consumed)
    {
        bodyLength = 0;
        consumed = 0;
        int at = 0;
        while (true)
        {
            int status = ReadSize(bytes, ref at, out int size);
            if (status != HttpHeadParser.Complete)
            {
                return TooMuch(bytes.Length, status);
            }

            if (size == 0)
            {
                status = SkipTrailers(bytes, ref at);
                consumed = status == HttpHeadParser.Complete ? at : 0;
                return TooMuch(bytes.Length, status);
            }

            if (bodyLength + size > HttpHeadParser.BodyBytesMax)
            {
                return 413;
            }

            ReadOnlySpan<byte> chunk = bytes[at..];
            if ((chunk.Length > size && chunk[size] != '\r') || (chunk.Length > size + 1 && chunk[size + 1] != '\n'))
            {
                return 400;
            }

            if (chunk.Length < size + 2)
            {
                return TooMuch(bytes.Length, HttpHeadParser.Incomplete);
            }

            if (body.Length < bodyLength + size)
            {
                Array.Resize(ref body, HttpHeadParser.BodyBytesMax);
            }

            chunk[..size].CopyTo(body.AsSpan(bodyLength));
            bodyLength += size;
            at += size + 2;
        }
    }

    private static int TooMuch(int length, int status) =>
        status == HttpHeadParser.Incomplete && length > RawBytesMax ? 413 : status;

    // size [;extension] CR LF
    private static int ReadSize(ReadOnlySpan<byte> bytes, ref int at, out int size)
    {
        size = 0;
        int start = at;
        long value = 0;
        while (at < bytes.Length && char.IsAsciiHexDigit((char)bytes[at]))
        {
            if (at - start == SizeDigitsMax)
            {
                return 400;
            }

            value = value * 16 + HexValue(bytes[at]);
            at++;
        }

        if (at == bytes.Length)
        {
            return HttpHeadParser.Incomplete;
        }

        if (at == start || bytes[at] is not ((byte)'\r' or (byte)';'))
        {
            return 400;
        }

        if (value > HttpHeadParser.BodyBytesMax)
        {
            return 413;
        }

        size = (int)value;
        ReadOnlySpan<byte> rest = bytes[at..];
        int control = rest.IndexOfAnyInRange((byte)0, (byte)0x1F);
        if (control > ExtensionBytesMax || (control < 0 && rest.Length > ExtensionBytesMax))
        {
            return 400;
        }

        if (control < 0)
        {
            return HttpHeadParser.Incomplete;
        }

        // An extension means nothing here; it only must not hide a line end.
        if (rest[control] != '\r' || (rest.Length > control + 1 && rest[control + 1] != '\n'))
        {
            return 400;
        }

        at += control + 2;
        return rest.Length < control + 2 ? HttpHeadParser.Incomplete : HttpHeadParser.Complete;
    }

    // Trailing fields are checked and thrown away; those that would change the request's meaning are refused.
    private static int SkipTrailers(ReadOnlySpan<byte> bytes, ref int at)
    {
        int start = at;
        while (true)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            int feed = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = feed < 0 ? rest : rest[..feed];
            if (at - start + line.Length > HttpHeadParser.HeadBytesMax)
            {
                return 431;
            }

            int control = line.IndexOfAnyInRange((byte)0, (byte)0x1F);
            bool endsWell = control >= 0 && line[control] == '\r' && control == line.Length - 1;
            if (control >= 0 && !endsWell)
            {
                return 400;
            }

            if (feed < 0)
            {
                return HttpHeadParser.Incomplete;
            }

            if (!endsWell)
            {
                return 400;
            }

            at += feed + 1;
            if (line.Length == 1)
            {
                return HttpHeadParser.Complete;
            }

            int colon = line.IndexOf((byte)':');
            if (colon <= 0 || !HttpBytes.IsToken(line[..colon]) || IsForbidden(line[..colon]))
            {
                return 400;
            }
        }
    }

    private static bool IsForbidden(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "Content-Length"u8) || Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8)
        || Ascii.EqualsIgnoreCase(name, "Host"u8) || Ascii.EqualsIgnoreCase(name, "Connection"u8);

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
