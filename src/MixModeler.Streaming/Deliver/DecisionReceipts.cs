using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Deliver;

/// <summary>Takes decisions that came back from an edge; completes when they are safe. A failure leaves them with the edge.</summary>
public delegate Task DecisionSink(IReadOnlyList<DecisionLine> decisions, CancellationToken stop);

// The newest batch taken from each start of an edge, so that a batch repeated after a break is not taken twice.
internal sealed class DecisionReceipts(DecisionSink sink)
{
    // A start that has been silent for this many other starts will not come back.
    private const int StartsMax = 4_096;

    private readonly Lock gate = new();
    private readonly Dictionary<ulong, Receipt> byStart = [];
    private long uses;
    private long taken;
    private long repeated;
    private long failed;

    private sealed class Receipt
    {
        public Task Last = Task.CompletedTask;
        public ulong Batch;
        public long LastUse;
    }

    public long Taken => Volatile.Read(ref taken);

    public long Repeated => Volatile.Read(ref repeated);

    public long Failed => Volatile.Read(ref failed);

    /// <summary>Completes when the batch is safe, whether it was taken now or before.</summary>
    public Task TakeAsync(ulong edgeStart, ulong batch, IReadOnlyList<DecisionLine> lines, CancellationToken stop)
    {
        lock (gate)
        {
            Receipt receipt = FindLocked(edgeStart);
            receipt.LastUse = ++uses;
            // A connection that broke may still be handing over the batch that its successor repeats: one after the other.
            return receipt.Last = TakeAfterAsync(receipt.Last, receipt, batch, lines, stop);
        }
    }

    private async Task TakeAfterAsync(
        Task before, Receipt receipt, ulong batch, IReadOnlyList<DecisionLine> lines, CancellationToken stop)
    {
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (batch <= receipt.Batch)
        {
            Interlocked.Increment(ref repeated);
            return;
        }

        if (batch != receipt.Batch + 1 && receipt.Batch != 0)
        {
            throw new InvalidDataException($"push link: batch {batch} of decisions follows batch {receipt.Batch}");
        }

        try
        {
            await sink(lines, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever the log's client throws, the edge still has the batch and comes back with it.
            Interlocked.Increment(ref failed);
            throw new IOException($"push link: decisions could not be handed on: {e.Message}", e);
        }

        receipt.Batch = batch;
        Interlocked.Add(ref taken, lines.Count);
    }

    private Receipt FindLocked(ulong edgeStart)
    {
        if (!byStart.TryGetValue(edgeStart, out Receipt? receipt))
        {
            if (byStart.Count == StartsMax)
            {
                byStart.Remove(byStart.MinBy(each => each.Value.LastUse).Key);
            }

            byStart.Add(edgeStart, receipt = new Receipt());
        }

        return receipt;
    }
}
