namespace MixModeler.Streaming.Edge.Http;

// Which bytes may stand where in a head. A table and a loop: heads are made of short pieces, for which a vectorised search
// costs more to begin than it saves.
internal static class HttpBytes
{
    private const byte Token = 1;
    private const byte Target = 2;
    private const byte Control = 4;

    private static ReadOnlySpan<byte> TokenBytes =>
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    // Visible, but in no target.
    private static ReadOnlySpan<byte> NoTargetBytes => "\"#<>\\^`{|}"u8;

    private static readonly byte[] Classes = MakeClasses();

    public static bool IsToken(ReadOnlySpan<byte> text) => AllAre(text, Token);

    public static bool IsTarget(ReadOnlySpan<byte> text) => AllAre(text, Target);

    public static bool HasControl(ReadOnlySpan<byte> text)
    {
        byte[] classes = Classes;
        int seen = 0;
        foreach (byte code in text)
        {
            seen |= classes[code];
        }

        return (seen & Control) != 0;
    }

    // Blanks and tabs around a value are not part of it.
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value)
    {
        int start = 0;
        int end = value.Length;
        while (start < end && (value[start] is (byte)' ' or (byte)'\t'))
        {
            start++;
        }

        while (end > start && (value[end - 1] is (byte)' ' or (byte)'\t'))
        {
            end--;
        }

        return value[start..end];
    }

    private static bool AllAre(ReadOnlySpan<byte> text, byte wanted)
    {
        byte[] classes = Classes;
        int seen = wanted;
        foreach (byte code in text)
        {
            seen &= classes[code];
        }

        return seen == wanted;
    }

    private static byte[] MakeClasses()
    {
        byte[] classes = new byte[256];
        for (int code = 0; code < classes.Length; code++)
        {
            bool isVisible = code is > 0x20 and < 0x7F;
            bool isControl = (code < 0x20 && code != '\t') || code == 0x7F;
            classes[code] = (byte)(
                (TokenBytes.Contains((byte)code) ? Token : 0)
                | (isVisible && !NoTargetBytes.Contains((byte)code) ? Target : 0)
                | (isControl ? Control : 0));
        }

        return classes;
    }
}
