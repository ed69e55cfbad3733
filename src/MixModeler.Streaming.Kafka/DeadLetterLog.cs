using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Kafka;

/// <summary>The dead letters of a topology and the book of their replays. Owned by one thread.</summary>
public sealed class DeadLetterLog(LogReader reader, TopicNames topics)
{
    // Reading over this many records that nobody asked for is cheaper than asking again.
    private const long GapMax = 64;

    private long bookRead;

    public ReplayBook Book { get; } = new();

    /// <summary>Records of the topic that are no dead letters.</summary>
    public long Unreadable { get; private set; }

    /// <summary>All dead letters that stand there now, partition by partition, oldest first.</summary>
    /// <exception cref="InvalidOperationException">The topic does not exist, or no broker answers.</exception>
    public IEnumerable<StoredDeadLetter> Read(CancellationToken stop)
    {
        int partitions = reader.Partitions(topics.DeadLetter);
        if (partitions == 0)
        {
            throw new InvalidOperationException($"There is no topic {topics.DeadLetter}: an engine creates it when it starts.");
        }

        ReadBook(stop);
        for (int partition = 0; partition < partitions; partition++)
        {
            foreach (LogRecord record in reader.Read(topics.DeadLetter, partition, 0, long.MaxValue, stop))
            {
                if (Stored(record) is { } stored)
                {
                    yield return stored;
                }
            }
        }
    }

    /// <summary>One dead letter; null where none stands there (any more).</summary>
    public StoredDeadLetter? Find(DeadLetterId id, CancellationToken stop)
    {
        ReadBook(stop);
        return id.Partition < reader.Partitions(topics.DeadLetter)
            && reader.ReadOne(topics.DeadLetter, id.Partition, id.Offset, stop) is { } record ? Stored(record) : null;
    }

    /// <summary>Those of the dead letters that are there. Neighbours are read in one go.</summary>
    public Dictionary<DeadLetterId, StoredDeadLetter> FindAll(IReadOnlyCollection<DeadLetterId> ids, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ReadBook(stop);
        int partitions = reader.Partitions(topics.DeadLetter);
        Dictionary<DeadLetterId, StoredDeadLetter> found = [];
        HashSet<DeadLetterId> wanted = [.. ids.Where(id => id.Partition < partitions)];
        foreach (IGrouping<int, DeadLetterId> of in wanted.GroupBy(id => id.Partition))
        {
            foreach ((long from, long to) in Runs([.. of.Select(id => id.Offset).Order()]))
            {
                foreach (LogRecord record in reader.Read(topics.DeadLetter, of.Key, from, to, stop))
                {
                    DeadLetterId id = new(record.Partition, record.Offset);
                    if (wanted.Contains(id) && Stored(record) is { } stored)
                    {
                        found[id] = stored;
                    }
                }
            }
        }

        return found;
    }

    /// <summary>The refused record itself, whole; null where the dead letter holds only its beginning and its origin is gone.</summary>
    public ReadOnlyMemory<byte>? WholeValue(DeadLetterRecord letter, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(letter);
        if (!letter.IsCut)
        {
            return letter.Bytes;
        }

        // A topic of the same name may have been made anew: the beginning tells.
        LogRecord? origin = reader.ReadOne(letter.Topic, letter.Partition, letter.Offset, stop);
        return origin is not null && origin.Value.Length == letter.BytesCutFrom && origin.Value.Span.StartsWith(letter.Bytes)
            ? origin.Value
            : (ReadOnlyMemory<byte>?)null;
    }

    /// <summary>Reads what was added to the topic of replays.</summary>
    public void ReadBook(CancellationToken stop)
    {
        if (bookRead == 0 && reader.Partitions(topics.Replays) == 0)
        {
            return;
        }

        long end = reader.Bounds(topics.Replays, 0).High;
        foreach (LogRecord entry in reader.Read(topics.Replays, 0, bookRead, end, stop))
        {
            Book.Apply(entry.Offset, entry.Key.Span, entry.Value.Span);
        }

        bookRead = Math.Max(bookRead, end);
    }

    private static IEnumerable<(long From, long To)> Runs(long[] offsets)
    {
        int start = 0;
        for (int i = 1; i <= offsets.Length; i++)
        {
            if (i == offsets.Length || offsets[i] - offsets[i - 1] > GapMax)
            {
                yield return (offsets[start], offsets[i - 1] + 1);
                start = i;
            }
        }
    }

    private StoredDeadLetter? Stored(LogRecord record)
    {
        if (DeadLetterRecord.Read(record.Value.Span) is not { } letter)
        {
            Unreadable++;
            return null;
        }

        DeadLetterId id = new(record.Partition, record.Offset);
        return new StoredDeadLetter(
            id, record.TimestampMs, record.Key, letter, Book.Find(letter, out _), Book.PredecessorOf(letter), Book.AttemptsBefore(letter));
    }
}
