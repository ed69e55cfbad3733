using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// Which part of a task's records belongs to which operator: of every sixteenth record that is packed the lengths of its parts are
/// added up. One thread counts, any thread reads.
/// </summary>
internal sealed class RecordShares(StateLayout layout)
{
    private const int SampleEvery = 16;

    private readonly string[] names = [StatePart.EventIds, StatePart.Pending, .. layout.Operators.Select(kept => kept.Name)];
    private readonly long[] bytes = new long[2 + layout.Operators.Length];
    private readonly long[] filled = new long[2 + layout.Operators.Length];
    private int untilSample;
    private long records;
    private long allBytes;
    private int part;
    private int length;
    private bool isSampled;

    /// <summary>A record is about to be packed.</summary>
    public void Begin()
    {
        isSampled = --untilSample < 0;
        if (isSampled)
        {
            untilSample = SampleEvery - 1;
            part = 0;
        }
    }

    /// <summary>What is written next is the next part.</summary>
    public void From(PackedWriter writer) => length = writer.Length;

    /// <summary>The part has been written; the next one begins.</summary>
    public void Part(PackedWriter writer, bool isEmpty)
    {
        if (isSampled)
        {
            bytes[part] += writer.Length - length;
            filled[part] += isEmpty ? 0 : 1;
            part++;
            length = writer.Length;
        }
    }

    public void End(PackedWriter writer)
    {
        if (isSampled)
        {
            records++;
            allBytes += writer.Length;
        }
    }

    public IReadOnlyList<StatePart> Parts => records == 0
        ? []
        : [.. names.Select((name, i) => new StatePart(name, (double)filled[i] / records, (double)bytes[i] / allBytes))];
}
