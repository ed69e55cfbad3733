using System.Text.Json;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Harmonize;

// Hot path, once per record. Budget: 0 B. Measured by HarmonizeBench.

/// <summary>What stands at a path of a record.</summary>
internal enum FieldKind : byte
{
    Missing,
    Null,
    Text,
    Number,
    True,
    False,
    Object,
    List,

    /// <summary>A text with escapes that are no text, such as half of a surrogate pair.</summary>
    Broken,
}

/// <summary>What one pass over a record finds.</summary>
internal enum RecordForm
{
    /// <summary>Not one JSON object, or another dataset's.</summary>
    NotOurs,
    Read,
}

/// <summary>
/// The values of a dataset's paths in one record: one pass over its JSON, after which texts are slices of the record's own
/// bytes, or copies where they had escapes. Valid until the next record.
/// </summary>
internal sealed class RecordFields
{
    private const int RoomBytes = 16 * 1_024;
    private const int NameBytesMax = 1_024;

    private readonly FieldNode root = new("");
    private readonly List<string> paths = [];
    private readonly byte[][] ids;
    private readonly byte[] unescapedName = new byte[NameBytesMax];
    private Slot[] slots = [];
    private int headerId = -1;
    private int topId = -1;
    private byte[] room = new byte[RoomBytes];
    private int roomUsed;
    private byte[] record = [];
    private int recordStart;
    private bool isNamed;
    private bool isOurs;

    /// <param name="ids">What records of this dataset call it; empty takes every record.</param>
    public RecordFields(IEnumerable<string> ids)
    {
        this.ids = [.. ids.Select(System.Text.Encoding.UTF8.GetBytes)];
        if (this.ids.Length > 0)
        {
            headerId = SlotOf("header.datasetId");
            topId = SlotOf("dataset");
        }
    }

    private struct Slot
    {
        public FieldKind Kind;
        public bool IsCopied;
        public int Start;
        public int Length;
    }

    /// <summary>The slot of a path, before <see cref="Complete"/>.</summary>
    public int SlotOf(string path)
    {
        int slot = paths.IndexOf(path);
        if (slot < 0)
        {
            slot = paths.Count;
            paths.Add(path);
            root.Add(path, slot);
        }

        return slot;
    }

    /// <summary>All paths are known.</summary>
    public void Complete()
    {
        root.AddEnvelope();
        slots = new Slot[paths.Count];
    }

    public string Path(int slot) => paths[slot];

    public FieldKind Kind(int slot) => slots[slot].Kind;

    public bool Exists(int slot) => slots[slot].Kind > FieldKind.Null;

    /// <summary>Kinds that have a text: texts as they are, numbers and booleans as JSON writes them.</summary>
    public bool HasText(int slot) => slots[slot].Kind is FieldKind.Text or FieldKind.Number or FieldKind.True or FieldKind.False;

    /// <summary>The text, or the JSON of a list or an object.</summary>
    public ReadOnlySpan<byte> Text(int slot)
    {
        ref Slot found = ref slots[slot];
        return found.IsCopied ? room.AsSpan(found.Start, found.Length) : record.AsSpan(recordStart + found.Start, found.Length);
    }

    /// <summary>A text as a value of expressions: a slice that is valid as long as the text is.</summary>
    public CelValue CelText(int slot)
    {
        ref Slot found = ref slots[slot];
        return found.IsCopied
            ? CelValue.OfUtf8(room, found.Start, found.Length)
            : CelValue.OfUtf8(record, recordStart + found.Start, found.Length);
    }

    public RecordForm Read(ArraySegment<byte> value)
    {
        Array.Clear(slots);
        (record, recordStart, roomUsed) = (value.Array!, value.Offset, 0);
        if (room.Length > 64 * RoomBytes)
        {
            // One huge text must not stay.
            room = new byte[RoomBytes];
        }

        isNamed = false;
        isOurs = ids.Length == 0;
        Utf8JsonReader reader = new(value);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !ReadObject(ref reader, root) || reader.Read())
            {
                return RecordForm.NotOurs;
            }
        }
        catch (JsonException)
        {
            // The runtime's parser tells of malformed text by exception only. The topic's warden reports it.
            return RecordForm.NotOurs;
        }

        return isOurs ? RecordForm.Read : RecordForm.NotOurs;
    }

    // False: it is another dataset's, and the rest need not be read.
    private bool ReadObject(ref Utf8JsonReader reader, FieldNode node)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            FieldNode? child = node.Find(reader.ValueIsEscaped ? Unescaped(ref reader) : reader.ValueSpan);
            reader.Read();
            if (child is null)
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    reader.Skip();
                }

                continue;
            }

            if (!Take(ref reader, child))
            {
                return false;
            }
        }

        return true;
    }

    private bool Take(ref Utf8JsonReader reader, FieldNode node)
    {
        int slot = node.Slot;
        int start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when node.HasChildren:
                Put(slot, FieldKind.Object, start, 0);
                return ReadObject(ref reader, node);
            case JsonTokenType.StartObject:
            case JsonTokenType.StartArray:
                FieldKind kind = reader.TokenType == JsonTokenType.StartObject ? FieldKind.Object : FieldKind.List;
                reader.Skip();
                Put(slot, kind, start, (int)reader.BytesConsumed - start);
                return true;
            case JsonTokenType.String when reader.ValueIsEscaped:
                TakeEscaped(ref reader, slot);
                break;
            case JsonTokenType.String:
                Put(slot, FieldKind.Text, start + 1, reader.ValueSpan.Length);
                break;
            case JsonTokenType.Number:
                Put(slot, FieldKind.Number, start, reader.ValueSpan.Length);
                break;
            case JsonTokenType.True:
                Put(slot, FieldKind.True, start, 4);
                break;
            case JsonTokenType.False:
                Put(slot, FieldKind.False, start, 5);
                break;
            default:
                Put(slot, FieldKind.Null, start, 0);
                break;
        }

        return (slot != headerId && slot != topId) || slot < 0 || IsOurs(slot);
    }

    // The first name that a record gives its dataset is the one that counts.
    private bool IsOurs(int slot)
    {
        if (isNamed || slots[slot].Kind != FieldKind.Text)
        {
            return true;
        }

        isNamed = true;
        foreach (byte[] id in ids)
        {
            isOurs |= Text(slot).SequenceEqual(id);
        }

        return isOurs;
    }

    private void Put(int slot, FieldKind kind, int start, int length)
    {
        if (slot >= 0)
        {
            slots[slot] = new Slot { Kind = kind, Start = start, Length = length };
        }
    }

    private void TakeEscaped(ref Utf8JsonReader reader, int slot)
    {
        if (slot < 0)
        {
            return;
        }

        int needed = reader.ValueSpan.Length;
        if (roomUsed + needed > room.Length)
        {
            Array.Resize(ref room, Math.Max(room.Length * 2, roomUsed + needed));
        }

        try
        {
            int length = reader.CopyString(room.AsSpan(roomUsed));
            slots[slot] = new Slot { Kind = FieldKind.Text, IsCopied = true, Start = roomUsed, Length = length };
            roomUsed += length;
        }
        catch (InvalidOperationException)
        {
            slots[slot] = new Slot { Kind = FieldKind.Broken };
        }
    }

    private ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.ValueSpan.Length > NameBytesMax ? [] : unescapedName.AsSpan(0, reader.CopyString(unescapedName));
        }
        catch (InvalidOperationException)
        {
            return [];
        }
    }
}
