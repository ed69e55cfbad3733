using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// The small record that every commit rewrites: which version of the topology the state belongs to and since when, how its
/// visitors are laid out, the newest event time of the partition, the auditor's ledger and the totals.
/// </summary>
/// <remarks>
/// <code>
/// u8 format=2 | version | varint first offset of the version | layout | u8 0 settled, 1 migrating, 2 migrating with a shadow lane [older layout] | change id
/// | varint newest event ms | ledger | totals | origins
/// </code>
/// </remarks>
internal sealed class TaskRecord
{
    private const byte Format = 2;

    /// <summary>Version of the topology that wrote the state.</summary>
    public required string Version { get; set; }

    /// <summary>First offset that was applied under this version.</summary>
    public long VersionSince { get; set; }

    public required StateLayout Layout { get; set; }

    /// <summary>While visitors of the version before are left: their layout.</summary>
    public StateLayout? Older { get; set; }

    /// <summary>The change that led to this version, which also names the shadow lane's state; empty before the first.</summary>
    public string Change { get; set; } = "";

    /// <summary>A shadow lane rebuilt a part of them.</summary>
    public bool HasShadow { get; set; }

    public long NewestMs { get; set; }

    /// <summary>Behind a key-by: what came from where.</summary>
    public OriginLedger Origins { get; } = new();

    public byte[] Pack(PackedWriter writer, OffsetLedger ledger, TaskTotals totals)
    {
        writer.Clear();
        writer.Byte(Format);
        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(Version));
        writer.VarInt(VersionSince);
        Layout.Pack(writer);
        writer.Byte(Older is null ? (byte)0 : HasShadow ? (byte)2 : (byte)1);
        if (Older is not null)
        {
            Older.Pack(writer);
        }

        writer.Bytes(System.Text.Encoding.UTF8.GetBytes(Change));

        writer.VarInt(NewestMs);
        ledger.Pack(writer);
        totals.Pack(writer);
        Origins.Pack(writer);
        return writer.Written.ToArray();
    }

    /// <returns>Null where nothing was ever committed; ledger and totals then start at nothing.</returns>
    public static TaskRecord? Unpack(byte[]? record, OffsetLedger ledger, TaskTotals totals)
    {
        if (record is null or { Length: 0 })
        {
            ledger.Reset();
            totals.Reset();
            return null;
        }

        PackedReader reader = new(record);
        byte format = reader.Byte();
        if (format != Format)
        {
            throw new InvalidDataException($"a task record has format {format}, this engine reads {Format}");
        }

        TaskRecord read = new()
        {
            Version = System.Text.Encoding.UTF8.GetString(reader.Bytes()),
            VersionSince = reader.VarInt(),
            Layout = StateLayout.Unpack(ref reader),
        };
        byte migrating = reader.Byte();
        if (migrating != 0)
        {
            read.HasShadow = migrating == 2;
            read.Older = StateLayout.Unpack(ref reader);
        }

        read.Change = System.Text.Encoding.UTF8.GetString(reader.Bytes());

        read.NewestMs = reader.VarInt();
        ledger.Unpack(ref reader);
        totals.Unpack(ref reader);
        if (reader.Remaining > 0)
        {
            read.Origins.Unpack(ref reader);
        }

        return read;
    }
}
