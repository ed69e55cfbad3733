using System.Text;

namespace MixModeler.Streaming.Edge.Http;

// Decision path. Budget: 0 B.

/// <summary>
/// Reads the head of a request, strictly by RFC 9112 and without any of its leniences: what two servers could understand
/// differently is refused (two lengths, a length and an encoding, a bare line feed, a folded line, blanks before a colon …).
/// Line by line, so that what is wrong is refused as soon as its line is there.
/// </summary>
internal ref struct HttpHeadParser(ReadOnlySpan<byte> bytes)
{
    public const int HeadBytesMax = 8 * 1_024;
    public const int BodyBytesMax = 64 * 1_024;
    public const int FieldsMax = 64;

    // 0: more bytes are needed. Other answers are status codes; 200 means that the head is complete.
    public const int Incomplete = 0;
    public const int Complete = 200;

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int at;
    private bool hasHost;
    private bool hasLength;
    private bool hasEncoding;
    private bool asksToClose;
    private bool asksToKeep;

    public int Parse(out HttpHead head)
    {
        head = default;
        // One empty line is forgiven: old clients end a body with one.
        at = bytes.StartsWith("\r\n"u8) ? 2 : 0;
        int status = NextLine(out ReadOnlySpan<byte> line);
        if (status != Complete)
        {
            return status == 431 ? 414 : status;
        }

        status = ReadRequestLine(line, at - line.Length - 2, ref head);
        for (int fields = 0; status == Complete; fields++)
        {
            status = NextLine(out line);
            if (status == Complete && line.IsEmpty)
            {
                head.Length = at;
                return Finish(ref head);
            }

            if (status == Complete)
            {
                status = fields == FieldsMax ? 431 : ReadField(line, ref head);
            }
        }

        return status;
    }

    // A line ends with CR LF; neither stands alone.
    private int NextLine(out ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> rest = bytes[at..];
        int feed = rest.IndexOf((byte)'\n');
        line = feed < 0 ? rest : rest[..feed];
        if (at + line.Length > HeadBytesMax)
        {
            return 431;
        }

        int carriage = line.IndexOf((byte)'\r');
        if (feed < 0)
        {
            return carriage < 0 || carriage == line.Length - 1 ? Incomplete : 400;
        }

        if (carriage < 0 || carriage != feed - 1)
        {
            return 400;
        }

        line = line[..carriage];
        at += feed + 1;
        return Complete;
    }

    private static int ReadRequestLine(ReadOnlySpan<byte> line, int lineStart, ref HttpHead head)
    {
        int methodEnd = line.IndexOf((byte)' ');
        int versionStart = line.LastIndexOf((byte)' ') + 1;
        if (methodEnd <= 0 || !HttpBytes.IsToken(line[..methodEnd]) || versionStart - 2 <= methodEnd)
        {
            return 400;
        }

        ReadOnlySpan<byte> target = line[(methodEnd + 1)..(versionStart - 1)];
        ReadOnlySpan<byte> version = line[versionStart..];
        if (!HttpBytes.IsTarget(target))
        {
            return 400;
        }

        head.IsHttp10 = version.SequenceEqual("HTTP/1.0"u8);
        if (!head.IsHttp10 && !version.SequenceEqual("HTTP/1.1"u8))
        {
            bool isVersion = version.Length == 8 && version.StartsWith("HTTP/"u8) && version[6] == '.'
                && char.IsAsciiDigit((char)version[5]) && char.IsAsciiDigit((char)version[7]);
            return isVersion ? 505 : 400;
        }

        head.Method = MethodOf(line[..methodEnd]);
        return ReadTarget(target, lineStart + methodEnd + 1, ref head);
    }

    private static int ReadTarget(ReadOnlySpan<byte> target, int targetStart, ref HttpHead head)
    {
        int start = 0;
        if (target[0] != '/')
        {
            // A whole URL, as one sends to a proxy: its path counts. `*` and host:port have no path here.
            int authority = target.StartsWith("http://"u8) ? 7 : target.StartsWith("https://"u8) ? 8 : -1;
            int slash = authority < 0 ? -1 : target[authority..].IndexOf((byte)'/');
            if (slash <= 0)
            {
                return target.SequenceEqual("*"u8) && head.Method == HttpMethod.Options ? Complete : 400;
            }

            start = authority + slash;
        }

        int query = target[start..].IndexOf((byte)'?');
        head.PathStart = targetStart + start;
        head.PathLength = query < 0 ? target.Length - start : query;
        return Complete;
    }

    private int ReadField(ReadOnlySpan<byte> line, ref HttpHead head)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || !HttpBytes.IsToken(line[..colon]))
        {
            // Also a folded line, and a blank before the colon.
            return 400;
        }

        ReadOnlySpan<byte> name = line[..colon];
        ReadOnlySpan<byte> value = HttpBytes.Trim(line[(colon + 1)..]);
        if (HttpBytes.HasControl(value))
        {
            return 400;
        }

        return name.Length switch
        {
            4 when Ascii.EqualsIgnoreCase(name, "Host"u8) => ReadHost(value),
            6 when Ascii.EqualsIgnoreCase(name, "Expect"u8) => ReadExpect(value, ref head),
            10 when Ascii.EqualsIgnoreCase(name, "Connection"u8) => ReadConnection(value),
            14 when Ascii.EqualsIgnoreCase(name, "Content-Length"u8) => ReadLength(value, ref head),
            17 when Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8) => ReadEncoding(value),
            _ => Complete,
        };
    }

    private int ReadHost(ReadOnlySpan<byte> value)
    {
        bool isSecond = hasHost;
        hasHost = true;
        return isSecond || !HttpBytes.IsTarget(value) || value.ContainsAny("/?@,"u8) ? 400 : Complete;
    }

    private static int ReadExpect(ReadOnlySpan<byte> value, ref HttpHead head)
    {
        head.ExpectsContinue = Ascii.EqualsIgnoreCase(value, "100-continue"u8);
        return head.ExpectsContinue ? Complete : 417;
    }

    private int ReadConnection(ReadOnlySpan<byte> value)
    {
        foreach (Range part in value.Split((byte)','))
        {
            ReadOnlySpan<byte> option = HttpBytes.Trim(value[part]);
            asksToClose |= Ascii.EqualsIgnoreCase(option, "close"u8);
            asksToKeep |= Ascii.EqualsIgnoreCase(option, "keep-alive"u8);
        }

        return Complete;
    }

    private int ReadLength(ReadOnlySpan<byte> value, ref HttpHead head)
    {
        bool isSecond = hasLength;
        hasLength = true;
        // Even two equal lengths: somebody in between may have joined or read them otherwise.
        if (isSecond || value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return 400;
        }

        long length = 0;
        foreach (byte digit in value)
        {
            length = Math.Min(length * 10 + (digit - '0'), int.MaxValue);
        }

        head.ContentLength = (int)length;
        return Complete;
    }

    private int ReadEncoding(ReadOnlySpan<byte> value)
    {
        bool isSecond = hasEncoding;
        hasEncoding = true;
        if (isSecond)
        {
            return 400;
        }

        if (Ascii.EqualsIgnoreCase(value, "chunked"u8))
        {
            return Complete;
        }

        // Codings that exist but are not decoded here are one thing, lists that are no lists another.
        int last = value.LastIndexOf((byte)',');
        return IsKnownCoding(value)
            || (last > 0 && IsKnownCoding(HttpBytes.Trim(value[..last])) && Ascii.EqualsIgnoreCase(HttpBytes.Trim(value[(last + 1)..]), "chunked"u8))
            ? 501
            : 400;
    }

    private static bool IsKnownCoding(ReadOnlySpan<byte> coding) =>
        Ascii.EqualsIgnoreCase(coding, "gzip"u8) || Ascii.EqualsIgnoreCase(coding, "deflate"u8)
        || Ascii.EqualsIgnoreCase(coding, "compress"u8) || Ascii.EqualsIgnoreCase(coding, "identity"u8)
        || Ascii.EqualsIgnoreCase(coding, "x-gzip"u8) || Ascii.EqualsIgnoreCase(coding, "x-compress"u8);

    // What only the whole head can tell.
    private readonly int Finish(ref HttpHead head)
    {
        if ((!hasHost && !head.IsHttp10) || (hasLength && hasEncoding) || (hasEncoding && head.IsHttp10))
        {
            return 400;
        }

        if (head.ContentLength > BodyBytesMax)
        {
            return 413;
        }

        head.Framing = hasEncoding ? HttpFraming.Chunked : hasLength ? HttpFraming.Length : HttpFraming.None;
        head.KeepsAlive = !asksToClose && (!head.IsHttp10 || asksToKeep);
        head.ExpectsContinue &= !head.IsHttp10;
        return Complete;
    }

    private static HttpMethod MethodOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 => name.SequenceEqual("GET"u8) ? HttpMethod.Get : name.SequenceEqual("PUT"u8) ? HttpMethod.Put : HttpMethod.Other,
        4 => name.SequenceEqual("POST"u8) ? HttpMethod.Post : name.SequenceEqual("HEAD"u8) ? HttpMethod.Head : HttpMethod.Other,
        5 => name.SequenceEqual("PATCH"u8) ? HttpMethod.Patch : name.SequenceEqual("TRACE"u8) ? HttpMethod.Trace : HttpMethod.Other,
        6 => name.SequenceEqual("DELETE"u8) ? HttpMethod.Delete : HttpMethod.Other,
        7 => name.SequenceEqual("OPTIONS"u8) ? HttpMethod.Options : name.SequenceEqual("CONNECT"u8) ? HttpMethod.Connect : HttpMethod.Other,
        _ => HttpMethod.Other,
    };
}
