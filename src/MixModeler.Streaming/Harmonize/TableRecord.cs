namespace MixModeler.Streaming.Harmonize;

/// <summary>Reads what a dataset's task keeps in its store, for the table and for tools.</summary>
public static class TableRecord
{
    /// <summary>First byte of a row's key; 16 bytes of hash follow.</summary>
    public const byte RowKey = (byte)'r';

    /// <summary>First byte of a cell's key; 16 bytes of hash follow.</summary>
    public const byte CellKey = (byte)'c';

    /// <summary>First byte of the key of a visitor's recent event ids; the visitor's id follows.</summary>
    public const byte VisitorKey = (byte)'v';

    /// <summary>First byte of the key under which ids of events without a visitor are kept.</summary>
    public const byte UnnamedKey = (byte)'u';

    /// <summary>The key belongs to a part of the table, or to where one was.</summary>
    public static bool IsPart(ReadOnlySpan<byte> key) => key.Length == 17 && key[0] is RowKey or CellKey;

    /// <param name="key">As it stands in the store.</param>
    /// <param name="record">What is stored under it.</param>
    /// <returns>Null for a tombstone, and for keys that are no part of the table.</returns>
    /// <exception cref="InvalidDataException">The bytes are no such record, or are damaged.</exception>
    public static TablePart? Unpack(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record)
    {
        if (!IsPart(key) || record.IsEmpty)
        {
            return null;
        }

        if (key[0] == CellKey)
        {
            return CellRecord.Unpack(record);
        }

        return RowRecord.TryUnpack(record, out TablePart? part) ? part : null;
    }
}
