using System.Text;

namespace MixModeler.Streaming.Topology;

/// <summary>Bytes of a file into text.</summary>
internal static class Utf8Text
{
    /// <summary>Null, with a problem where the first bad byte is, if this is not UTF-8.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, ProblemList problems)
    {
        ReadOnlySpan<byte> content = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        int invalid = System.Text.Unicode.Utf8.IsValid(content) ? -1 : FirstInvalid(content);
        if (invalid < 0)
        {
            return Encoding.UTF8.GetString(content);
        }

        ReadOnlySpan<byte> before = content[..invalid];
        int line = 1 + before.Count((byte)'\n');
        int column = invalid - before.LastIndexOf((byte)'\n');
        problems.Add(line, column, $"byte 0x{content[invalid]:X2}: this is not a UTF-8 text file");
        return null;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }
}
