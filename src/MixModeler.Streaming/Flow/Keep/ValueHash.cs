using System.Buffers.Binary;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>
/// The bytes by which a value is hashed, split and keyed: of a text its UTF-8, of an int or uint its decimal digits, of a bool
/// true or false. So a key is the same however it was typed, and other languages can compute it.
/// </summary>
internal static class ValueHash
{
    /// <summary>Room for any number.</summary>
    public const int RoomBytes = 32;

    public static bool IsKey(CelKind kind) => kind is CelKind.String or CelKind.Bytes or CelKind.Int or CelKind.UInt or CelKind.Bool;

    public static Hash128 Of(in CelValue value)
    {
        Span<byte> room = stackalloc byte[RoomBytes];
        return Hash128.Of(Key(value, room));
    }

    /// <summary>The bytes of a value; those of a number are written into the room.</summary>
    public static ReadOnlySpan<byte> Key(scoped in CelValue value, Span<byte> room)
    {
        int written;
        switch (value.Kind)
        {
            case CelKind.String or CelKind.Bytes:
                return value.AsUtf8;
            case CelKind.Int:
                return room[..JsonBytes.Number(room, value.AsInt)];
            case CelKind.UInt:
                System.Buffers.Text.Utf8Formatter.TryFormat(value.AsUInt, room, out written);
                return room[..written];
            case CelKind.Bool:
                return value.AsBool ? "true"u8 : "false"u8;
            case CelKind.Double:
                return room[..JsonBytes.Number(room, value.AsDouble)];
            case CelKind.Timestamp:
                BinaryPrimitives.WriteInt64LittleEndian(room, value.UnixSeconds);
                BinaryPrimitives.WriteInt32LittleEndian(room[8..], value.Nanoseconds);
                return room[..12];
            case CelKind.Duration:
                BinaryPrimitives.WriteInt64LittleEndian(room, value.AsNanoseconds);
                return room[..8];
            default:
                return [];
        }
    }
}
