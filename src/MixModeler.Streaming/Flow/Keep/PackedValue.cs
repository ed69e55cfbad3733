using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>
/// A value of an expression as bytes: the kind, then what it holds. Equal values pack to equal bytes; what is read back owns
/// its bytes.
/// </summary>
internal static class PackedValue
{
    public static void Write(PackedWriter writer, in CelValue value)
    {
        writer.Byte((byte)value.Kind);
        switch (value.Kind)
        {
            case CelKind.Absent or CelKind.Null:
                break;
            case CelKind.Bool:
                writer.Byte(value.AsBool ? (byte)1 : (byte)0);
                break;
            case CelKind.Int:
                writer.VarInt(value.AsInt);
                break;
            case CelKind.UInt:
                writer.VarUInt(value.AsUInt);
                break;
            case CelKind.Double:
                writer.Double(value.AsDouble);
                break;
            case CelKind.String or CelKind.Bytes:
                writer.Bytes(value.AsUtf8);
                break;
            case CelKind.Timestamp:
                writer.VarInt(value.UnixSeconds);
                writer.VarUInt((ulong)value.Nanoseconds);
                break;
            case CelKind.Duration:
                writer.VarInt(value.AsNanoseconds);
                break;
            case CelKind.List:
                WriteAll(writer, value.AsList);
                break;
            case CelKind.Map:
                WriteAll(writer, value.AsMap.Keys);
                WriteAll(writer, value.AsMap.Values);
                break;
            default:
                throw new InvalidOperationException($"a value of kind {value.Kind} cannot be kept");
        }
    }

    /// <exception cref="InvalidDataException">The bytes are none that <see cref="Write"/> wrote.</exception>
    public static CelValue Read(ref PackedReader reader)
    {
        CelKind kind = (CelKind)reader.Byte();
        switch (kind)
        {
            case CelKind.Absent:
                return CelValue.Absent;
            case CelKind.Null:
                return CelValue.Null;
            case CelKind.Bool:
                return CelValue.Of(reader.Byte() != 0);
            case CelKind.Int:
                return CelValue.Of(reader.VarInt());
            case CelKind.UInt:
                return CelValue.Of(reader.VarUInt());
            case CelKind.Double:
                return CelValue.Of(reader.Double());
            case CelKind.String:
                byte[] text = reader.Bytes().ToArray();
                return CelValue.OfUtf8(text, 0, text.Length);
            case CelKind.Bytes:
                return CelValue.OfBytes(reader.Bytes().ToArray());
            case CelKind.Timestamp:
                return CelValue.OfTimestamp(reader.VarInt(), (int)reader.VarUInt());
            case CelKind.Duration:
                return CelValue.OfDuration(reader.VarInt());
            case CelKind.List:
                return CelValue.Of(ReadAll(ref reader));
            case CelKind.Map when CelMap.TryCreate(ReadAll(ref reader), ReadAll(ref reader), out CelMap? map, out _):
                return CelValue.Of(map);
            default:
                throw new InvalidDataException($"packed value: {(byte)kind} is no kind that is kept");
        }
    }

    /// <summary>A copy that owns its bytes: the buffer of the original may be used again.</summary>
    public static CelValue Kept(in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.String:
                byte[] text = value.AsUtf8.ToArray();
                return CelValue.OfUtf8(text, 0, text.Length);
            case CelKind.Bytes:
                return CelValue.OfBytes(value.AsUtf8.ToArray());
            case CelKind.List or CelKind.Map:
                PackedWriter writer = new();
                Write(writer, value);
                PackedReader reader = new(writer.Written);
                return Read(ref reader);
            default:
                return value;
        }
    }

    private static void WriteAll(PackedWriter writer, ReadOnlySpan<CelValue> values)
    {
        writer.VarUInt((ulong)values.Length);
        foreach (ref readonly CelValue value in values)
        {
            Write(writer, value);
        }
    }

    private static CelValue[] ReadAll(ref PackedReader reader)
    {
        CelValue[] values = new CelValue[reader.Count(1)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Read(ref reader);
        }

        return values;
    }
}
