using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators.Custom;

/// <summary>The record that a custom operator looks at, and what comes of it. Valid during one call.</summary>
public sealed class CustomRecord
{
    /// <summary>More would outgrow a commit.</summary>
    public const int MemoryBytesMax = 65_536;

    private readonly CelValue[] values;
    private readonly CelValue[] added;
    private readonly List<CelValue[]> emitted = [];
    private byte[] memory = [];

    internal CustomRecord(CustomContract contract)
    {
        values = new CelValue[contract.Reads.Length];
        added = new CelValue[contract.Adds.Length];
    }

    /// <summary>Event time, ms since 1970.</summary>
    public long TimeMs { get; private set; }

    /// <summary>The lane's key.</summary>
    public ReadOnlyMemory<byte> Key { get; private set; }

    /// <summary>What was kept of this key; empty at first, and where the contract keeps nothing.</summary>
    public ReadOnlySpan<byte> Memory => memory;

    internal IReadOnlyList<CelValue[]> Emitted => emitted;

    internal byte[] Kept => memory;

    /// <summary>The value of the field with this place in <see cref="CustomContract.Reads"/>; absent where the record has none.</summary>
    public CelValue this[int field] => values[field];

    /// <summary>Sets the field with this place in <see cref="CustomContract.Adds"/> for what is emitted from here on.</summary>
    public void Set(int field, CelValue value) => added[field] = value;

    /// <summary>Lets the record go on with the fields as they are set now. None, one or several times.</summary>
    public void Emit() => emitted.Add([.. added]);

    /// <summary>Keeps bytes for this key instead of those before.</summary>
    public void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MemoryBytesMax)
        {
            throw new ArgumentException($"{bytes.Length} bytes for one key; at most {MemoryBytesMax} are kept");
        }

        memory = bytes.ToArray();
    }

    internal void Begin(long timeMs, ReadOnlyMemory<byte> key, byte[] kept, ReadOnlySpan<CelValue> record, int[] slots)
    {
        (TimeMs, Key, memory) = (timeMs, key, kept);
        emitted.Clear();
        Array.Clear(added);
        for (int i = 0; i < slots.Length; i++)
        {
            values[i] = record[slots[i]];
        }
    }
}
