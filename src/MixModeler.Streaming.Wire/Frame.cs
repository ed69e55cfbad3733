using System.Buffers;
using System.Buffers.Binary;

namespace MixModeler.Streaming.Wire;

/// <summary>What a frame of the push link carries.</summary>
public enum FrameKind : byte
{
    /// <summary>Edge → hub, first: who the edge is and where it stands (<see cref="HelloMessage"/>).</summary>
    Hello = 1,

    /// <summary>Hub → edge, first, and again when what follows begins anew (<see cref="WelcomeMessage"/>).</summary>
    Welcome = 2,

    /// <summary>Hub → edge: a DecisionDocument as JSON.</summary>
    Plan = 3,

    /// <summary>Hub → edge: a ModelDocument as JSON.</summary>
    Model = 4,

    /// <summary>Hub → edge: rows of visitors (<see cref="RowBatch"/>).</summary>
    Rows = 5,

    /// <summary>Hub → edge, once after each welcome: everything the hub held at that moment has been sent.</summary>
    SnapshotEnd = 6,

    /// <summary>Hub → edge, every second (<see cref="HeartbeatMessage"/>).</summary>
    Heartbeat = 7,

    /// <summary>Edge → hub: decisions (<see cref="DecisionBatch"/>).</summary>
    Decisions = 8,

    /// <summary>Hub → edge: the decisions up to this batch number are safe (u64).</summary>
    DecisionsAck = 9,
}

/// <summary>
/// The envelope of the push link.
/// <code>
/// [u32 payload bytes][u8 kind][payload][u32 crc32c of everything before it]     all little-endian
/// </code>
/// </summary>
public static class Frame
{
    public const int HeaderBytes = 5;

    public const int TrailerBytes = 4;

    /// <summary>A plan or a model is the largest thing that travels in one frame.</summary>
    public const int PayloadBytesMax = 8 * 1_024 * 1_024;

    public static void Write(IBufferWriter<byte> output, FrameKind kind, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, PayloadBytesMax);
        int checkedBytes = HeaderBytes + payload.Length;
        Span<byte> room = output.GetSpan(checkedBytes + TrailerBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(room, (uint)payload.Length);
        room[4] = (byte)kind;
        payload.CopyTo(room[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(room[checkedBytes..], Crc32C.Of(room[..checkedBytes]));
        output.Advance(checkedBytes + TrailerBytes);
    }
}
