using System.Buffers.Binary;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Push;

// Batches of decisions on their way to the hub. A batch is kept, as it was, until the hub has acknowledged it, and sent
// again on a new connection; its number lets the hub recognise it. Filled and sent by one loop; acknowledged by another.
internal sealed class DecisionOutbox
{
    private const int LinesPerBatch = 512;

    // Unacknowledged batches: at most 4,096 decisions, about 1.5 MB.
    private const int BatchesMax = 8;

    private readonly DecisionLog log;
    private readonly DecisionLineWriter lines;
    private readonly Batch[] ring = [.. Enumerable.Range(0, BatchesMax).Select(_ => new Batch())];
    private readonly byte[] visitor = new byte[Decider.VisitorBytesMax];
    private ulong filled;
    private ulong sent;
    private ulong acked;

    public DecisionOutbox(DecisionLog log, string edge)
    {
        this.log = log;
        lines = new DecisionLineWriter(edge);
    }

    private sealed class Batch
    {
        public readonly PackedWriter Payload = new(16 * 1_024);
        public int Lines;
    }

    public bool IsEmpty => Volatile.Read(ref acked) == filled && log.Waiting == 0;

    // A new connection: everything that is not acknowledged goes again.
    public void Rewind() => sent = Volatile.Read(ref acked);

    // The next batch to send, an unsent one or one filled now; false while there is nothing or the window is full.
    public bool TryNext(out ReadOnlySpan<byte> payload)
    {
        if (sent == filled && !TryFill())
        {
            payload = default;
            return false;
        }

        sent++;
        payload = ring[sent % BatchesMax].Payload.Written;
        return true;
    }

    // Returns how many decisions are safe that were not before.
    public int Acknowledge(ReadOnlySpan<byte> number)
    {
        ulong upTo = number.Length == 8
            ? BinaryPrimitives.ReadUInt64LittleEndian(number)
            : throw new InvalidDataException("push link: an acknowledgement has 8 bytes");
        if (upTo > Volatile.Read(ref filled))
        {
            throw new InvalidDataException($"push link: batch {upTo} was acknowledged, but only {filled} exist");
        }

        int safe = 0;
        for (ulong batch = acked + 1; batch <= upTo; batch++)
        {
            safe += ring[batch % BatchesMax].Lines;
        }

        Volatile.Write(ref acked, Math.Max(acked, upTo));
        return safe;
    }

    private bool TryFill()
    {
        if (filled - Volatile.Read(ref acked) == BatchesMax)
        {
            return false;
        }

        ulong number = filled + 1;
        Batch batch = ring[number % BatchesMax];
        DecisionBatch.Begin(batch.Payload, number);
        int count = 0;
        while (count < LinesPerBatch
            && log.TryTake(out Decision decision, visitor, out int visitorLength, out long atMs, out long sequence))
        {
            ReadOnlySpan<byte> id = visitor.AsSpan(0, visitorLength);
            DecisionBatch.Add(batch.Payload, id, lines.Write(in decision, id, atMs, sequence));
            count++;
        }

        if (count == 0)
        {
            return false;
        }

        DecisionBatch.End(batch.Payload, count);
        batch.Lines = count;
        Volatile.Write(ref filled, number);
        return true;
    }
}
