namespace MixModeler.Streaming.Kafka;

/// <summary>Which dead letters are meant; null means any.</summary>
public sealed record DeadLetterFilter(string? Topic, string? Reason, long? SinceMs)
{
    public bool Takes(StoredDeadLetter letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return (Topic is null || letter.Letter.Topic == Topic) && (Reason is null || letter.Letter.Reason == Reason) && !(letter.TimestampMs < SinceMs);
    }
}

/// <summary>Dead letters by reason, and the newest of them, newest first and without their bytes.</summary>
public sealed record DeadLetterSummary(
    long Total, long Replayed, long Unreadable, IReadOnlyDictionary<string, long> Reasons, IReadOnlyList<StoredDeadLetter> Newest)
{
    public static DeadLetterSummary Of(DeadLetterLog log, DeadLetterFilter filter, int newestMax, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(filter);
        SortedDictionary<string, long> reasons = new(StringComparer.Ordinal);
        PriorityQueue<StoredDeadLetter, (long, int, long)> newest = new();
        long replayed = 0;
        foreach (StoredDeadLetter letter in log.Read(stop).Where(filter.Takes))
        {
            reasons[letter.Letter.Reason] = reasons.GetValueOrDefault(letter.Letter.Reason) + 1;
            replayed += letter.Replay?.State == Explain.ReplayEntry.Sent ? 1 : 0;
            newest.Enqueue(letter with { Letter = letter.Letter with { Bytes = [] } }, (letter.TimestampMs, letter.Id.Partition, letter.Id.Offset));
            if (newest.Count > newestMax)
            {
                newest.Dequeue();
            }
        }

        List<StoredDeadLetter> listed = [];
        while (newest.TryDequeue(out StoredDeadLetter? letter, out _))
        {
            listed.Add(letter);
        }

        listed.Reverse();
        return new DeadLetterSummary(reasons.Values.Sum(), replayed, log.Unreadable, reasons, listed);
    }
}
