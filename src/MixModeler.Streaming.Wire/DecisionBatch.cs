namespace MixModeler.Streaming.Wire;

/// <summary>A decision as it goes to the log of decisions: keyed by the visitor's id, one JSON document.</summary>
public readonly record struct DecisionLine(ReadOnlyMemory<byte> Visitor, ReadOnlyMemory<byte> Json);

/// <summary>
/// Decisions on their way from an edge to the hub.
/// <code>
/// payload   u64 batch number, from 1 in each start of an edge   u32 lines   lines
/// line      varint bytes, visitor   varint bytes, JSON
/// </code>
/// </summary>
public static class DecisionBatch
{
    private const int CountPosition = 8;

    public static void Begin(PackedWriter output, ulong number)
    {
        output.Clear();
        output.UInt64(number);
        output.UInt32(0);
    }

    public static void Add(PackedWriter output, ReadOnlySpan<byte> visitor, ReadOnlySpan<byte> json)
    {
        output.Bytes(visitor);
        output.Bytes(json);
    }

    public static void End(PackedWriter output, int lines) => output.PatchUInt32(CountPosition, (uint)lines);

    /// <summary>Reads a payload into <paramref name="lines"/>, which point into it; returns the batch number.</summary>
    /// <exception cref="InvalidDataException">The payload is malformed.</exception>
    public static ulong Read(ReadOnlyMemory<byte> payload, List<DecisionLine> lines)
    {
        lines.Clear();
        PackedReader input = new(payload.Span);
        ulong number = input.UInt64();
        uint count = input.UInt32();
        for (uint i = 0; i < count; i++)
        {
            ReadOnlyMemory<byte> visitor = Take(payload, ref input);
            lines.Add(new DecisionLine(visitor, Take(payload, ref input)));
        }

        return input.Remaining == 0 ? number : throw new InvalidDataException("push link: bytes after the last decision");
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> payload, ref PackedReader input)
    {
        int length = input.Bytes().Length;
        int end = payload.Length - input.Remaining;
        return payload[(end - length)..end];
    }
}
