using System.Threading.Channels;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Rehearse;

/// <summary>
/// A log, a store, and the task between them. When the task dies, another one is made and takes over from what was committed, as
/// an engine would.
/// </summary>
internal sealed class TaskSeat
{
    private readonly Func<IStateStore, IPartitionTask> make;
    private readonly FailingStore failing;
    private readonly List<LogRecord> log = [];
    private IPartitionTask? task;
    private int next;

    /// <param name="name">In failure plans.</param>
    /// <param name="readsEvents">Whether the numbers of events mean this log.</param>
    /// <param name="plan">When to die.</param>
    /// <param name="make">A new task over a store.</param>
    public TaskSeat(string name, bool readsEvents, FailurePlan plan, Func<IStateStore, IPartitionTask> make)
    {
        Name = name;
        this.make = make;
        failing = new FailingStore(Store, plan, name, readsEvents);
    }

    private sealed record LogRecord(long TimestampMs, byte[] Key, byte[] Value);

    public string Name { get; }

    public MemoryStateStore Store { get; } = new();

    public IPartitionTask? Task => task;

    public int Deaths { get; private set; }

    public long NextOffset => log.Count;

    public bool HasWork => next < log.Count;

    public void Append(long timestampMs, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        log.Add(new LogRecord(timestampMs, key.ToArray(), value.ToArray()));

    /// <summary>Works until the log is at its end, with a commit after every so many records.</summary>
    public async Task PassAsync(int recordsPerCommit, CancellationToken stop)
    {
        while (task is null || HasWork)
        {
            try
            {
                if (task is null)
                {
                    IPartitionTask made = make(failing);
                    next = (int)await made.AcquireAsync(0, stop);
                    task = made;
                    continue;
                }

                RecordBatch batch = Take(recordsPerCommit);
                await task.RunAsync(ChannelOf(batch), static _ => { }, stop);
                next += batch.Count;
            }
            catch (TaskDiedException)
            {
                (task as IDisposable)?.Dispose();
                task = null;
                Deaths++;
            }
        }
    }

    /// <summary>What is stored of every key.</summary>
    public async Task<SortedDictionary<string, byte[]>> StateAsync(CancellationToken stop)
    {
        SortedDictionary<string, byte[]> state = new(StringComparer.Ordinal);
        for (string? cursor = null; ;)
        {
            StoredKeys some = await Store.ScanAsync(cursor, 1_000, stop);
            byte[]?[] records = await Store.LoadAsync(some.Keys, stop);
            for (int i = 0; i < records.Length; i++)
            {
                state[NameOf(some.Keys[i])] = records[i] ?? [];
            }

            if (some.Cursor is null)
            {
                return state;
            }

            cursor = some.Cursor;
        }
    }

    // Keys of parts of the table are no text, and neither are those of days, which begin with a zero after their letter.
    private static string NameOf(byte[] key) =>
        key.Length == 5 && key[1] == 0 ? $"day {System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(key.AsSpan(1))}"
        : TableRecord.IsPart(key) ? $"{(char)key[0]}{Convert.ToHexStringLower(key.AsSpan(1))}" : System.Text.Encoding.UTF8.GetString(key);

    private RecordBatch Take(int countMax)
    {
        RecordBatch batch = new();
        int count = Math.Min(Math.Min(countMax, RecordBatch.RecordsMax), log.Count - next);
        for (int i = next; i < next + count; i++)
        {
            batch.Add(i, log[i].TimestampMs, log[i].Key, log[i].Value);
        }

        return batch;
    }

    private static ChannelReader<RecordBatch> ChannelOf(RecordBatch batch)
    {
        Channel<RecordBatch> channel = Channel.CreateUnbounded<RecordBatch>();
        channel.Writer.TryWrite(batch);
        channel.Writer.Complete();
        return channel.Reader;
    }
}
