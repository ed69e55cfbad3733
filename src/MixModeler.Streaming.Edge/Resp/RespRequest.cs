using System.Text;

namespace MixModeler.Streaming.Edge.Resp;

// One request: its arguments where they stand in the bytes that were read.
internal readonly ref struct RespRequest(ReadOnlySpan<byte> bytes, ReadOnlySpan<ArgumentSpan> arguments)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly ReadOnlySpan<ArgumentSpan> arguments = arguments;

    public int Count => arguments.Length;

    public ReadOnlySpan<byte> Bytes => bytes;

    public ReadOnlySpan<byte> this[int i] => bytes.Slice(arguments[i].Start, arguments[i].Length);

    public ArgumentSpan At(int i) => arguments[i];

    public string Text(int i) => Encoding.UTF8.GetString(this[i]);

    // Names of commands and options are not case-sensitive.
    public bool Is(int i, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(this[i], word);
}
