using System.Globalization;
using System.Text;
using Confluent.Kafka;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Kafka;

/// <summary>
/// Puts the records behind dead letters back on the topic they stood on, once each, whatever dies in between and however many do it
/// at once. What exactly is promised, and what it rests on, is written in docs/deadletters.md. Owned by one thread.
/// </summary>
/// <remarks>
/// <code>
/// 1 note where the target partitions end      a copy that anybody sends from now on stands at or after it
/// 2 read the topic of replays to its end      sent already, or claimed by somebody: leave it, or wait until that lapses
/// 3 write a claim, read to its end again      the first claim holds: everybody sees the same order
/// 4 taking over a lapsed claim: look in the target from where it ended then for a record with our header
/// 5 send, within the lease; 6 write "sent"
/// </code>
/// </remarks>
public sealed class DeadLetterReplay : IDisposable
{
    private const int BatchMax = 50;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly KafkaOptions kafka;
    private readonly TopologyPlan plan;
    private readonly ReplayOptions options;
    private readonly TimeProvider time;
    private readonly LogReader reader;
    private readonly DeadLetterLog log;
    private readonly RecordCheck check;
    private readonly IProducer<byte[], byte[]> producer;
    private readonly Dictionary<long, long> firstSeen = [];
    private readonly string run = Guid.NewGuid().ToString("N");
    private long claims;

    private sealed record Candidate(StoredDeadLetter Stored, byte[] Key, ReadOnlyMemory<byte> Value, int Partition)
    {
        public DeadLetterId Id => Stored.Id;

        public string Name => Stored.Letter.RecordName;

        public string Topic => Stored.Letter.Topic;

        public ReplayEntry? Follows { get; init; }

        public long FollowsAt { get; init; } = -1;

        public ReplayEntry? Claim { get; set; }
    }

    public DeadLetterReplay(KafkaOptions kafka, TopologyPlan plan, ReplayOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(kafka);
        ArgumentNullException.ThrowIfNull(plan);
        this.kafka = kafka;
        this.plan = plan;
        this.options = options ?? new ReplayOptions();
        this.time = time ?? TimeProvider.System;
        reader = new LogReader(kafka);
        log = new DeadLetterLog(reader, plan.Topics);
        check = new RecordCheck(plan);
        Dictionary<string, string> properties = kafka.ForProducer();
        properties["enable.gapless.guarantee"] = "false";
        properties["message.timeout.ms"] = $"{(long)this.options.SendTimeout.TotalMilliseconds}";
        producer = new ProducerBuilder<byte[], byte[]>(properties).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>
    /// Why a second copy of a record could be applied twice; null where it cannot, because the engine knows every `_id` as long
    /// as it accepts the event at all.
    /// </summary>
    public string? Caveat => plan.Source.DeduplicateWithin >= plan.Source.Lateness && plan.Source.DeduplicateWithin > TimeSpan.Zero
        ? null
        : $"'deduplicate' ({plan.Source.DeduplicateWithin}) does not cover 'lateness' ({plan.Source.Lateness}): a copy that arrives in between would be applied twice.";

    /// <summary>Told at "read", "claimed" and "sent": for tests that die or meet there.</summary>
    internal Action<string>? Passing { get; set; }

    /// <summary>
    /// Whether the record can stand on its topic a second time and count once: events are known by `_id`, rows of datasets by their
    /// row key and version, which take the origin of the first.
    /// </summary>
    public static bool CanReplay(TopicNames topics, DeadLetterRecord letter)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(letter);
        return !IsOfFile(letter) && (letter.Topic == topics.Events || letter.Topic == topics.Summary || letter.Topic == topics.Factors);
    }

    /// <summary>Replays these dead letters.</summary>
    /// <param name="ids">In any order.</param>
    /// <param name="edit">For a single dead letter: what to send instead of its record.</param>
    /// <param name="stop">Gives up between two batches.</param>
    /// <exception cref="InvalidOperationException">No broker answers; the message is a sentence.</exception>
    public async Task<IReadOnlyList<ReplayResult>> ReplayAsync(IEnumerable<DeadLetterId> ids, ReadOnlyMemory<byte>? edit, CancellationToken stop)
    {
        await KafkaTopics.EnsureAsync(kafka, plan.Topics.Replays, 1, compacted: true);
        int partitions = reader.Partitions(plan.Topics.Events);
        SortedDictionary<DeadLetterId, ReplayResult> results = [];
        foreach (DeadLetterId[] batch in ids.Distinct().Order().Chunk(BatchMax))
        {
            List<Candidate> open = [];
            Dictionary<DeadLetterId, StoredDeadLetter> letters = log.FindAll(batch, stop);
            foreach (DeadLetterId id in batch)
            {
                if (Prepare(id, letters.GetValueOrDefault(id), edit, partitions, out Candidate? candidate, stop) is { } decided)
                {
                    results[id] = decided;
                }
                else
                {
                    open.Add(candidate!);
                }
            }

            await ReplayAsync(open, results, stop);
        }

        return [.. results.Values];
    }

    public void Dispose()
    {
        producer.Dispose();
        reader.Dispose();
    }

    private static bool IsOfFile(DeadLetterRecord letter) => letter.Node?.StartsWith(DeadLetter.FileNode, StringComparison.Ordinal) == true;

    // What is decided without sending; null with the candidate where it may be sent.
    private ReplayResult? Prepare(
        DeadLetterId id, StoredDeadLetter? stored, ReadOnlyMemory<byte>? edit, int partitions, out Candidate? candidate, CancellationToken stop)
    {
        candidate = null;
        if (stored is null)
        {
            return new ReplayResult(id, ReplayOutcome.NoSuchDeadLetter, $"No dead letter stands at {id} of {plan.Topics.DeadLetter}.");
        }

        if (!CanReplay(plan.Topics, stored.Letter))
        {
            return new ReplayResult(id, ReplayOutcome.NotReplayable, IsOfFile(stored.Letter)
                ? $"It is a row of a file and never was a record: mend the file and ingest it again. {stored.Letter.Detail}"
                : $"A record of {stored.Letter.Topic} is bound to its place there: sent again, its reader would skip it.");
        }

        if (stored.Replay is { State: ReplayEntry.Sent } sent)
        {
            return Already(id, sent);
        }

        if (stored.Attempts >= options.AttemptsMax)
        {
            return new ReplayResult(id, ReplayOutcome.TooManyAttempts, $"Its record was replayed {stored.Attempts} times and refused each time.");
        }

        if ((edit ?? log.WholeValue(stored.Letter, stop)) is not { } value)
        {
            return new ReplayResult(
                id, ReplayOutcome.RecordGone, $"It holds {stored.Letter.Bytes.Length} of {stored.Letter.BytesCutFrom} bytes, and its origin no longer holds the rest.");
        }

        if (stored.Letter.Topic != plan.Topics.Events)
        {
            // Edited or not, it is the same row to its dataset: it stays in the partition where its other versions lie.
            value = ReplayedRow.WithOrigin(value, stored.Letter.Partition, stored.Letter.Offset);
            candidate = new Candidate(stored, stored.Key.ToArray(), value, stored.Letter.Partition);
            return null;
        }

        return PrepareEvent(stored, value, edit is not null, partitions, out candidate);
    }

    private ReplayResult? PrepareEvent(StoredDeadLetter stored, ReadOnlyMemory<byte> value, bool isEdited, int partitions, out Candidate? candidate)
    {
        candidate = null;
        Rejection rejection = check.Check(value.Span, time.GetUtcNow().ToUnixTimeMilliseconds(), out string? visitor);
        if (rejection != Rejection.None && !options.SendsRefused)
        {
            return new ReplayResult(stored.Id, ReplayOutcome.StillRefused, $"{RejectionText.Of(rejection)}: {RejectionText.Explain(rejection)}");
        }

        // Unedited it goes where it came from. Edited, its visitor may be another, and a visitor's events share a partition.
        byte[] key = stored.Key.ToArray();
        bool moved = isEdited && visitor is not null && !key.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(visitor));
        key = moved ? Encoding.UTF8.GetBytes(visitor!) : key;
        candidate = new Candidate(stored, key, value, moved ? KeyPartition.Of(key, partitions) : stored.Letter.Partition);
        return null;
    }

    private async Task ReplayAsync(List<Candidate> open, SortedDictionary<DeadLetterId, ReplayResult> results, CancellationToken stop)
    {
        long started = time.GetTimestamp();
        while (open.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            await TryAsync(open, results, stop);
            open.RemoveAll(candidate => results.ContainsKey(candidate.Id));
            if (open.Count > 0 && time.GetElapsedTime(started) > 3 * options.Lease)
            {
                foreach (Candidate candidate in open)
                {
                    results[candidate.Id] = new ReplayResult(
                        candidate.Id, ReplayOutcome.Undecided, "Somebody else holds it, or a send got no answer. Run the command again.");
                }

                return;
            }

            if (open.Count > 0)
            {
                await Task.Delay(Look, time, stop);
            }
        }
    }

    private async Task TryAsync(List<Candidate> open, SortedDictionary<DeadLetterId, ReplayResult> results, CancellationToken stop)
    {
        // The order matters: whoever claims after we read the book also sends after this end.
        Dictionary<(string, int), long> ends =
            open.Select(c => (c.Topic, c.Partition)).Distinct().ToDictionary(place => place, place => reader.Bounds(place.Topic, place.Partition).High);
        log.ReadBook(stop);
        List<Candidate> claimed = [];
        foreach (Candidate candidate in open)
        {
            ReplayEntry? held = log.Book.Find(candidate.Stored.Letter, out long at);
            if (held is { State: ReplayEntry.Sent })
            {
                results[candidate.Id] = Already(candidate.Id, held);
            }
            else if (held is null || HasLapsed(held, at))
            {
                claimed.Add(candidate with { Follows = held, FollowsAt = at });
            }
        }

        Passing?.Invoke("read");
        long claimedAt = time.GetTimestamp();
        await ClaimAsync(claimed, ends);
        Passing?.Invoke("claimed");
        log.ReadBook(stop);
        List<Candidate> mine = [.. claimed.Where(c => log.Book.Find(c.Stored.Letter, out _)?.Claim == c.Claim!.Claim)];
        await SettleFoundAsync(mine, results, stop);
        mine.RemoveAll(c => results.ContainsKey(c.Id));
        if (time.GetElapsedTime(claimedAt) + options.SendTimeout < options.Lease)
        {
            await SendAsync(mine, results);
        }
    }

    private async Task ClaimAsync(List<Candidate> candidates, Dictionary<(string, int), long> ends)
    {
        foreach (Candidate candidate in candidates)
        {
            // The earliest end counts: any of the earlier holders may have sent.
            long end = ends[(candidate.Topic, candidate.Partition)];
            candidate.Claim = new ReplayEntry
            {
                State = ReplayEntry.Claimed,
                DeadLetter = candidate.Id.ToString(),
                Claim = string.Create(CultureInfo.InvariantCulture, $"{run}-{++claims}"),
                By = $"{Environment.MachineName}/{Environment.ProcessId}",
                AtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
                LeaseMs = (long)options.Lease.TotalMilliseconds,
                Follows = candidate.FollowsAt,
                Topic = candidate.Topic,
                Partition = candidate.Partition,
                TailOffset = candidate.Follows is { } before && before.Partition == candidate.Partition ? Math.Min(end, before.TailOffset) : end,
                Attempt = candidate.Stored.Attempts + 1,
            };
        }

        await WriteAsync(candidates.Select(c => (c.Name, c.Claim!)));
    }

    // A claim that lapsed may have been followed by its send: then its record stands after the end noted at the time.
    private async Task SettleFoundAsync(List<Candidate> mine, SortedDictionary<DeadLetterId, ReplayResult> results, CancellationToken stop)
    {
        Dictionary<string, LogRecord> found = new(StringComparer.Ordinal);
        ReplayEntry[] lapsed = [.. mine.Select(c => c.Follows).OfType<ReplayEntry>()];
        foreach (IGrouping<(string Topic, int Partition), ReplayEntry> of in lapsed.GroupBy(entry => (entry.Topic, entry.Partition)))
        {
            foreach (LogRecord record in reader.Read(of.Key.Topic, of.Key.Partition, of.Min(entry => entry.TailOffset), long.MaxValue, stop))
            {
                if (record.ReplayOf is { } name)
                {
                    found.TryAdd(name, record);
                }
            }
        }

        (Candidate Candidate, LogRecord Record)[] settled = [.. mine.Where(c => found.ContainsKey(c.Name)).Select(c => (c, found[c.Name]))];
        await WriteAsync(settled.Select(s => (s.Candidate.Name, Sent(s.Candidate, s.Record.Partition, s.Record.Offset))));
        foreach ((Candidate candidate, LogRecord record) in settled)
        {
            results[candidate.Id] = new ReplayResult(
                candidate.Id,
                ReplayOutcome.FoundSent,
                $"An earlier run had sent it to {record.Topic}/{record.Partition}@{record.Offset} and could not say so.",
                record.Partition,
                record.Offset);
        }
    }

    private async Task SendAsync(List<Candidate> mine, SortedDictionary<DeadLetterId, ReplayResult> results)
    {
        Task<DeliveryResult<byte[], byte[]>?>[] sends = [.. mine.Select(SendAsync)];
        DeliveryResult<byte[], byte[]>?[] answers = await Task.WhenAll(sends);
        Passing?.Invoke("sent");
        (Candidate Candidate, long Offset)[] sent =
            [.. mine.Zip(answers).Where(pair => pair.Second is not null).Select(pair => (pair.First, pair.Second!.Offset.Value))];
        await WriteAsync(sent.Select(s => (s.Candidate.Name, Sent(s.Candidate, s.Candidate.Partition, s.Offset))));
        foreach ((Candidate candidate, long offset) in sent)
        {
            results[candidate.Id] = new ReplayResult(
                candidate.Id, ReplayOutcome.Sent, $"Sent to {candidate.Topic}/{candidate.Partition}@{offset}.", candidate.Partition, offset);
        }
    }

    // Null where no answer came: the record may or may not stand there, and whoever takes over will look.
    private async Task<DeliveryResult<byte[], byte[]>?> SendAsync(Candidate candidate)
    {
        Headers headers = new()
        {
            { LogRecord.ReplayOfHeader, Encoding.UTF8.GetBytes(candidate.Name) },
            { LogRecord.ReplayAttemptHeader, Encoding.UTF8.GetBytes(candidate.Claim!.Attempt.ToString(CultureInfo.InvariantCulture)) },
        };
        Message<byte[], byte[]> message = new()
        {
            Key = candidate.Key.Length == 0 ? null! : candidate.Key,
            Value = candidate.Value.ToArray(),
            Headers = headers,
        };
        try
        {
            return await producer.ProduceAsync(new TopicPartition(candidate.Topic, candidate.Partition), message);
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    private async Task WriteAsync(IEnumerable<(string Name, ReplayEntry Entry)> entries)
    {
        try
        {
            await Task.WhenAll(entries.Select(e => producer.ProduceAsync(
                new TopicPartition(plan.Topics.Replays, 0),
                new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(e.Name), Value = e.Entry.ToBytes() })));
        }
        catch (KafkaException away)
        {
            throw new InvalidOperationException(
                $"{plan.Topics.Replays} takes no entry at {kafka.BootstrapServers} ({away.Error.Reason.TrimEnd('.')}); run the command again.", away);
        }
    }

    private static ReplayEntry Sent(Candidate candidate, int partition, long offset) =>
        candidate.Claim! with { State = ReplayEntry.Sent, Partition = partition, Offset = offset };

    private static ReplayResult Already(DeadLetterId id, ReplayEntry sent) => new(
        id, ReplayOutcome.AlreadySent, $"It was sent to {sent.Topic}/{sent.Partition}@{sent.Offset} before, by {sent.By}.", sent.Partition, sent.Offset);

    // By the clocks where they leave no doubt; else by waiting for a whole lease since we first saw the claim.
    private bool HasLapsed(ReplayEntry claim, long at)
    {
        firstSeen.TryAdd(at, time.GetTimestamp());
        TimeSpan lease = TimeSpan.FromMilliseconds(claim.LeaseMs);
        TimeSpan age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(claim.AtMs);
        return age > lease + options.ClockSkew || time.GetElapsedTime(firstSeen[at]) > lease;
    }
}
