using System.Text;
using System.Text.Json;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// What the topic of replays says of every refused record: a pure function of its entries in their order, so everybody who has
/// read the same entries agrees on whose claim holds.
/// </summary>
/// <remarks>
/// A claim holds if no claim held before it, or if it names the one that holds (it lapsed, and this one takes it over). "Sent"
/// is final. A compacted topic may have forgotten claims that a later entry of the same key replaced; the rules do not need them.
/// </remarks>
public sealed class ReplayBook
{
    private readonly Dictionary<string, (long At, ReplayEntry Entry)> standing = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Topic, int Partition, long Offset), ReplayEntry> replayedTo = [];

    /// <summary>Entries that could not be read.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Takes the next entry of the topic.</summary>
    public void Apply(long offset, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        string id = Encoding.UTF8.GetString(key);
        if (id.Length == 0 || Read(value) is not { } entry)
        {
            Unreadable++;
            return;
        }

        bool known = standing.TryGetValue(id, out (long At, ReplayEntry Entry) held);
        if (entry.State == ReplayEntry.Sent)
        {
            replayedTo.TryAdd((entry.Topic, entry.Partition, entry.Offset), entry);
            if (!known || held.Entry.State != ReplayEntry.Sent)
            {
                standing[id] = (offset, entry);
            }
        }
        else if (!known || (held.Entry.State == ReplayEntry.Claimed && entry.Follows == held.At))
        {
            standing[id] = (offset, entry);
        }
    }

    /// <summary>The entry that holds, and its offset on the topic of replays; null where nobody has touched this record.</summary>
    public ReplayEntry? Find(DeadLetterRecord letter, out long at)
    {
        ArgumentNullException.ThrowIfNull(letter);
        bool found = standing.TryGetValue(letter.RecordName, out (long At, ReplayEntry Entry) held);
        at = found ? held.At : -1;
        return found ? held.Entry : null;
    }

    /// <summary>The dead letter whose replay this record is, if it is one.</summary>
    public DeadLetterId? PredecessorOf(DeadLetterRecord letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return replayedTo.TryGetValue((letter.Topic, letter.Partition, letter.Offset), out ReplayEntry? entry)
            && DeadLetterId.TryParse(entry.DeadLetter, out DeadLetterId id) ? id : null;
    }

    /// <summary>How often the record behind this dead letter has been replayed before.</summary>
    public int AttemptsBefore(DeadLetterRecord letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return replayedTo.TryGetValue((letter.Topic, letter.Partition, letter.Offset), out ReplayEntry? entry) ? entry.Attempt : 0;
    }

    private static ReplayEntry? Read(ReadOnlySpan<byte> value)
    {
        try
        {
            return JsonSerializer.Deserialize(value, ReplayJson.Default.ReplayEntry) is { State: ReplayEntry.Claimed or ReplayEntry.Sent } entry ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
