using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>A visitor of an attribution task in memory, and its record: journeys, or into whom it was merged.</summary>
internal sealed class KeptVisitor(string id)
{
    private const byte Format = 1;
    private const byte Journeys = 0;
    private const byte Alias = 1;

    public string Id { get; } = id;

    public byte[] Key { get; } = AttributionKey.Visitor(id);

    /// <summary>When it must be looked at again, in event time, ms; 0 for never.</summary>
    public long DueMs { get; set; }

    /// <summary>What the store has as the due time.</summary>
    public long StoredDueMs { get; set; }

    public long UsedAt { get; set; }

    /// <summary>Empty where nothing is left.</summary>
    public byte[] Pack(PackedWriter to, PathAttributor attributor)
    {
        // Not to the end of the chain: that depends on when it was looked at.
        string? merged = attributor.MergedInto(Id);
        VisitorJourneys? journeys = attributor.Find(Id);
        if (merged is null && journeys is null)
        {
            return [];
        }

        to.Clear();
        to.Byte(Format);
        to.Byte(merged is null ? Journeys : Alias);
        to.VarInt(merged is null ? DueMs : 0);
        if (merged is null)
        {
            journeys!.Save(to);
        }
        else
        {
            to.Bytes(System.Text.Encoding.UTF8.GetBytes(merged));
        }

        to.UInt32(Crc32C.Of(to.Written));
        return to.Written.ToArray();
    }

    /// <summary>Brings a record into an attributor. The id that it was merged into, or null.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of another format.</exception>
    public string? Read(byte[]? record, PathAttributor attributor, AttributorOptions options)
    {
        if (record is null or { Length: 0 })
        {
            return null;
        }

        bool isWhole = record.Length >= 6 && Crc32C.Of(record.AsSpan(0, record.Length - 4)) == BitConverter.ToUInt32(record.AsSpan(record.Length - 4));
        if (!isWhole || record[0] != Format)
        {
            throw new InvalidDataException($"what is kept of the visitor '{Id}' is damaged or of another format");
        }

        PackedReader from = new(record.AsSpan(2, record.Length - 6));
        DueMs = from.VarInt();
        StoredDueMs = DueMs;
        if (record[1] == Alias)
        {
            string root = System.Text.Encoding.UTF8.GetString(from.Bytes());
            attributor.BringAlias(Id, root);
            return root;
        }

        attributor.Bring(Id, VisitorJourneys.Load(ref from, options));
        return null;
    }
}
