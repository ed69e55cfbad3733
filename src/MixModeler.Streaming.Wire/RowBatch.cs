using System.Runtime.InteropServices;

namespace MixModeler.Streaming.Wire;

/// <summary>A visitor's row without its feature words.</summary>
/// <param name="Visitor">Hash of the visitor's id.</param>
/// <param name="Partition">Source partition of the event that made the row.</param>
/// <param name="Offset">Source offset of that event: a row only replaces one of a lower offset of the same partition.</param>
/// <param name="EventMs">Time of that event.</param>
/// <param name="ReceivedMs">Record timestamp of that event: freshness is measured from here.</param>
/// <param name="Score">As the engine scored it.</param>
/// <param name="ModelVersion">With this version of the model.</param>
public readonly record struct RowHeader(
    Hash128 Visitor,
    int Partition,
    long Offset,
    long EventMs,
    long ReceivedMs,
    double Score,
    long ModelVersion);

/// <summary>
/// Rows of visitors in the order of their changes.
/// <code>
/// payload   i64 sequence: whoever has applied the batch is up to here   u32 rows   u32 words per row   rows
/// row       16 visitor  u32 partition  i64 offset  i64 event  i64 received  f64 score  i64 model version  i64 × words
/// </code>
/// </summary>
public static class RowBatch
{
    private const int PrefixBytes = 16;
    private const int HeaderBytes = 60;

    /// <summary>Starts a batch; <see cref="End"/> fills in what is known only then.</summary>
    public static void Begin(PackedWriter output, int wordsPerRow)
    {
        output.Clear();
        output.Int64(0);
        output.UInt32(0);
        output.UInt32((uint)wordsPerRow);
    }

    public static void Add(PackedWriter output, in RowHeader header, ReadOnlySpan<long> words)
    {
        output.Hash(header.Visitor);
        output.UInt32((uint)header.Partition);
        output.Int64(header.Offset);
        output.Int64(header.EventMs);
        output.Int64(header.ReceivedMs);
        output.Double(header.Score);
        output.Int64(header.ModelVersion);
        if (BitConverter.IsLittleEndian)
        {
            output.Raw(MemoryMarshal.AsBytes(words));
            return;
        }

        foreach (long word in words)
        {
            output.Int64(word);
        }
    }

    public static void End(PackedWriter output, long sequence, int rows)
    {
        output.PatchUInt32(0, (uint)sequence);
        output.PatchUInt32(4, (uint)(sequence >> 32));
        output.PatchUInt32(8, (uint)rows);
    }

    /// <exception cref="InvalidDataException">The payload is not a batch of such rows.</exception>
    public static Reader Read(ReadOnlySpan<byte> payload, int wordsPerRow) => new(payload, wordsPerRow);

    /// <summary>Walks over the rows of one payload.</summary>
    public ref struct Reader
    {
        private readonly int wordsPerRow;
        private PackedReader input;
        private int rowsLeft;

        internal Reader(ReadOnlySpan<byte> payload, int wordsPerRow)
        {
            this.wordsPerRow = wordsPerRow;
            input = new PackedReader(payload);
            Sequence = input.Int64();
            uint rows = input.UInt32();
            uint words = input.UInt32();
            long expected = (long)rows * (HeaderBytes + 8L * wordsPerRow);
            if (words != wordsPerRow || payload.Length - PrefixBytes != expected)
            {
                throw new InvalidDataException(
                    $"push link: {rows} rows of {words} words in {payload.Length} bytes, where rows have {wordsPerRow} words");
            }

            rowsLeft = Rows = (int)rows;
        }

        public long Sequence { get; }

        public int Rows { get; }

        /// <param name="header">The next row.</param>
        /// <param name="words">Receives its feature words.</param>
        public bool TryNext(out RowHeader header, Span<long> words)
        {
            header = default;
            if (rowsLeft == 0)
            {
                return false;
            }

            rowsLeft--;
            header = new RowHeader(
                input.Hash(), (int)input.UInt32(), input.Int64(), input.Int64(), input.Int64(), input.Double(), input.Int64());
            for (int i = 0; i < wordsPerRow; i++)
            {
                words[i] = input.Int64();
            }

            return true;
        }
    }
}
