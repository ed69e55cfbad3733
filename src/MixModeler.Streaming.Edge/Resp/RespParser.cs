namespace MixModeler.Streaming.Edge.Resp;

// What the bytes at hand begin with.
internal enum RespParse
{
    // Not a whole request yet.
    Incomplete,

    Request,

    // An empty line or an empty array: no request, no answer.
    Nothing,

    // Not this protocol: the connection cannot be used any further.
    Malformed,
}

// Where an argument stands.
internal readonly record struct ArgumentSpan(int Start, int Length);

// Decision path. Reads requests in the Redis protocol: arrays of bulk strings. (Inline commands: InlineParser.)
internal static class RespParser
{
    // A decision with all its attributes has 67 arguments.
    public const int ArgumentsMax = 1_024;
    public const int RequestBytesMax = 64 * 1_024;

    // Sign, ten digits, CR, LF.
    private const int LengthLineBytesMax = 13;

    public static RespParse Parse(
        ReadOnlySpan<byte> bytes, ref ArgumentSpan[] arguments, out int count, out int consumed, out string problem)
    {
        count = 0;
        consumed = 0;
        RespParse outcome = ReadLength(bytes, 1, out long announced, out int at);
        problem = "invalid multibulk length";
        if (outcome != RespParse.Request)
        {
            return outcome;
        }

        if (announced is > ArgumentsMax)
        {
            return RespParse.Malformed;
        }

        if (announced <= 0)
        {
            consumed = at;
            return RespParse.Nothing;
        }

        if (announced > arguments.Length)
        {
            arguments = new ArgumentSpan[ArgumentsMax];
        }

        outcome = ReadArguments(bytes, arguments.AsSpan(0, (int)announced), ref at, ref problem);
        if (outcome == RespParse.Request)
        {
            count = (int)announced;
            consumed = at;
        }

        return outcome;
    }

    private static RespParse ReadArguments(ReadOnlySpan<byte> bytes, Span<ArgumentSpan> arguments, ref int at, ref string problem)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (at == bytes.Length)
            {
                return RespParse.Incomplete;
            }

            if (bytes[at] != '$')
            {
                problem = $"expected '$', got '{Printable(bytes[at])}'";
                return RespParse.Malformed;
            }

            problem = "invalid bulk length";
            RespParse outcome = ReadLength(bytes, at + 1, out long length, out int start);
            if (outcome != RespParse.Request)
            {
                return outcome;
            }

            if (length < 0 || start + length > RequestBytesMax)
            {
                return RespParse.Malformed;
            }

            int end = start + (int)length;
            if (!IsLineEndOrMissing(bytes, end))
            {
                problem = "expected a line end after the bulk string";
                return RespParse.Malformed;
            }

            if (bytes.Length < end + 2)
            {
                return RespParse.Incomplete;
            }

            arguments[i] = new ArgumentSpan(start, (int)length);
            at = end + 2;
        }

        return RespParse.Request;
    }

    // Digits as Redis takes them: an optional minus, no plus, no leading zero, then CR LF.
    private static RespParse ReadLength(ReadOnlySpan<byte> bytes, int start, out long value, out int end)
    {
        value = 0;
        end = start;
        int at = start;
        bool isNegative = at < bytes.Length && bytes[at] == '-';
        at += isNegative ? 1 : 0;
        int digits = at;
        while (at < bytes.Length && (uint)(bytes[at] - '0') <= 9 && at - start < LengthLineBytesMax)
        {
            value = value * 10 + (bytes[at] - '0');
            at++;
        }

        bool hasLeadingZero = at - digits > 1 && bytes[digits] == '0';
        if (hasLeadingZero || at - start >= LengthLineBytesMax)
        {
            return RespParse.Malformed;
        }

        if (at == bytes.Length)
        {
            return RespParse.Incomplete;
        }

        if (at == digits || !IsLineEndOrMissing(bytes, at) || (isNegative && value == 0))
        {
            return RespParse.Malformed;
        }

        value = isNegative ? -value : value;
        end = at + 2;
        return bytes.Length < end ? RespParse.Incomplete : RespParse.Request;
    }

    // False as soon as a byte that is there is not the one that must be.
    private static bool IsLineEndOrMissing(ReadOnlySpan<byte> bytes, int at) =>
        (at >= bytes.Length || bytes[at] == '\r') && (at + 1 >= bytes.Length || bytes[at + 1] == '\n');

    private static char Printable(byte code) => code is >= 0x20 and < 0x7F ? (char)code : '?';
}
