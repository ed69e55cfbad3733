using System.Text.Json;
using System.Text.Unicode;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Flow;

// Hot path, once per event of a topology with nodes. Budget: 0 B for scalar fields.

/// <summary>
/// Reads the fields of a lane from a record's JSON into slots; only their paths are looked at. Texts without escapes are slices
/// of the batch's own bytes. What is not there, or of another type than declared, is absent.
/// </summary>
internal sealed class FieldReader
{
    private const int RoomBytes = 4_096;

    private readonly PathTree tree = new("");
    private readonly List<FieldRead[]> reads = [];
    private byte[] room = new byte[RoomBytes];
    private int roomUsed;

    /// <param name="fields">Paths from the top of the record, or from the envelope's entity.</param>
    public FieldReader(IEnumerable<FieldRead> fields)
    {
        // Several fields may read one path.
        foreach (IGrouping<string, FieldRead> path in fields.GroupBy(field => field.Path))
        {
            tree.Add(path.Key, FieldUse.Symbol, reads.Count);
            reads.Add([.. path]);
        }

        tree.AddEnvelope();
    }

    /// <param name="record">Well-formed JSON.</param>
    /// <param name="slots">The lane's; those of the fields are written.</param>
    public void Read(ArraySegment<byte> record, Span<CelValue> slots)
    {
        roomUsed = 0;
        foreach (FieldRead[] path in reads)
        {
            foreach (FieldRead field in path)
            {
                slots[field.Slot] = CelValue.Absent;
            }
        }

        Utf8JsonReader reader = new(record);
        if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadObject(ref reader, tree, record, slots);
        }
    }

    private void ReadObject(ref Utf8JsonReader reader, PathTree node, ArraySegment<byte> record, Span<CelValue> slots)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // A name that is written with escapes is none that a path can name.
            PathTree? child = reader.ValueIsEscaped ? null : node.Find(reader.ValueSpan);
            reader.Read();
            if (child is not null && child.Use != FieldUse.None)
            {
                Take(ref reader, reads[child.Ordinal], record, slots);
            }
            else if (child is not null && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadObject(ref reader, child, record, slots);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void Take(ref Utf8JsonReader reader, FieldRead[] fields, ArraySegment<byte> record, Span<CelValue> slots)
    {
        Utf8JsonReader start = reader;
        foreach (FieldRead field in fields)
        {
            reader = start;
            slots[field.Slot] = Value(ref reader, field.Type.Kind, record);
        }

        reader = start;
        reader.Skip();
    }

    private CelValue Value(ref Utf8JsonReader reader, CelKind kind, ArraySegment<byte> record)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when kind is CelKind.String or CelKind.Dyn:
                return Text(ref reader, record);
            case JsonTokenType.String when kind == CelKind.Timestamp:
                return Rfc3339.TryParse(reader.ValueSpan, out long ms) ? CelValue.OfUnixMs(ms) : CelValue.Absent;
            case JsonTokenType.String when kind == CelKind.Bytes:
                return reader.TryGetBytesFromBase64(out byte[]? bytes) ? CelValue.OfBytes(bytes) : CelValue.Absent;
            case JsonTokenType.Number when kind is CelKind.Int or CelKind.Duration:
                return !reader.TryGetInt64(out long whole) ? CelValue.Absent : kind == CelKind.Int ? CelValue.Of(whole) : CelValue.OfDuration(whole);
            case JsonTokenType.Number when kind == CelKind.UInt:
                return reader.TryGetUInt64(out ulong positive) ? CelValue.Of(positive) : CelValue.Absent;
            case JsonTokenType.Number when kind == CelKind.Double:
                return reader.TryGetDouble(out double number) && double.IsFinite(number) ? CelValue.Of(number) : CelValue.Absent;
            case JsonTokenType.True or JsonTokenType.False when kind == CelKind.Bool:
                return CelValue.Of(reader.TokenType == JsonTokenType.True);
            case JsonTokenType.StartArray when kind is CelKind.List or CelKind.Dyn:
            case JsonTokenType.StartObject when kind is CelKind.Map or CelKind.Dyn:
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null when kind == CelKind.Dyn:
                return CelJson.Read(ref reader);
            default:
                return CelValue.Absent;
        }
    }

    private CelValue Text(ref Utf8JsonReader reader, ArraySegment<byte> record)
    {
        if (!reader.ValueIsEscaped)
        {
            // One quote stands before the text.
            int start = record.Offset + (int)reader.TokenStartIndex + 1;
            return Utf8.IsValid(reader.ValueSpan) ? CelValue.OfUtf8(record.Array!, start, reader.ValueSpan.Length) : CelValue.Absent;
        }

        int needed = reader.ValueSpan.Length;
        if (roomUsed + needed > room.Length)
        {
            // Texts of this record that were copied already stay where they are.
            room = new byte[Math.Max(RoomBytes, needed)];
            roomUsed = 0;
        }

        try
        {
            int length = reader.CopyString(room.AsSpan(roomUsed));
            CelValue text = CelValue.OfUtf8(room, roomUsed, length);
            roomUsed += length;
            return text;
        }
        catch (InvalidOperationException)
        {
            // Escapes that are no text, such as half of a surrogate pair.
            return CelValue.Absent;
        }
    }
}
