using MixModeler.Streaming.State;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>Bytes that a custom operator keeps of one key.</summary>
internal sealed class CustomMemory : OperatorMemory
{
    public byte[] Bytes { get; set; } = [];

    public override bool IsEmpty => Bytes.Length == 0;

    public override void Pack(PackedWriter writer) => writer.Bytes(Bytes);

    public override void Unpack(ref PackedReader reader) => Bytes = reader.Bytes().ToArray();

    public override void Clear() => Bytes = [];
}
