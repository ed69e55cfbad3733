using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// The events of one visitor in order of event time, and the journeys that they make. Journeys follow from the set of events alone: a
/// conversion's path is the touches of the lookback before it; touches of a stretch between conversions that are in no path, and those
/// after the last conversion, are journeys that led to none, broken where nothing happened for longer than the lookback.
/// </summary>
internal sealed class VisitorJourneys(AttributorOptions options)
{
    private readonly List<JourneyEvent> touches = [];
    private readonly List<JourneyEvent> conversions = [];
    private readonly SortedDictionary<string, int> revisions = new(StringComparer.Ordinal);
    private List<Journey> journeys = [];
    private long lastSettledMs = long.MinValue;
    private long regionMs = long.MaxValue;

    public long FirstSeenMs { get; private set; } = long.MaxValue;

    public long LastSeenMs { get; private set; } = long.MinValue;

    /// <summary>Of the first event that has one; empty where none had.</summary>
    public string Region { get; private set; } = "";

    /// <summary>Days below it were taught to the survival model.</summary>
    public long TaughtToDay { get; set; } = long.MinValue;

    public IReadOnlyList<JourneyEvent> Touches => touches;

    public IReadOnlyList<JourneyEvent> Conversions => conversions;

    public IReadOnlyList<Journey> Journeys => journeys;

    public bool IsEmpty => touches.Count == 0 && conversions.Count == 0;

    public void Seen(long timeMs) => (FirstSeenMs, LastSeenMs) = (Math.Min(FirstSeenMs, timeMs), Math.Max(LastSeenMs, timeMs));

    /// <summary>Of two regions at one time the first by name counts, whichever came first.</summary>
    public void SeenIn(long timeMs, string region)
    {
        if (region.Length > 0 && (timeMs < regionMs || (timeMs == regionMs && string.CompareOrdinal(region, Region) < 0)))
        {
            (regionMs, Region) = (timeMs, region);
        }
    }

    /// <summary>Takes an event in. Returns the time from which on journeys may have changed; null where the event changes nothing.</summary>
    public long? Put(JourneyEvent given, bool isTouch)
    {
        List<JourneyEvent> events = isTouch ? touches : conversions;
        int known = events.Count - 1;
        while (known >= 0 && events[known].Id != given.Id)
        {
            known--;
        }

        long from = given.TimeMs;
        if (known >= 0)
        {
            if (!given.Supersedes(events[known]))
            {
                return null;
            }

            from = Math.Min(from, events[known].TimeMs);
            events.RemoveAt(known);
        }

        int at = events.Count;
        while (at > 0 && given.IsBefore(events[at - 1]))
        {
            at--;
        }

        events.Insert(at, given);
        return from;
    }

    /// <summary>Whether an event that is known happened before that time: such a one is settled, and no version of it comes into account.</summary>
    public bool IsBefore(string id, bool isTouch, long timeMs) =>
        (isTouch ? touches : conversions).Exists(known => known.Id == id && known.TimeMs < timeMs);

    public int NextRevision(string conversion) => revisions[conversion] = revisions.GetValueOrDefault(conversion) + 1;

    public int Revision(string conversion) => revisions.GetValueOrDefault(conversion);

    /// <summary>Brings the journeys up to date from a time on; what changed is added to the two lists.</summary>
    public void Rebuild(long fromMs, List<Journey> gone, List<Journey> come)
    {
        int kept = journeys.Count;
        while (kept > 0 && journeys[kept - 1].EndMs >= fromMs)
        {
            kept--;
        }

        List<Journey> old = journeys[kept..];
        journeys.RemoveRange(kept, journeys.Count - kept);
        Build(fromMs);
        int same = 0;
        while (same < old.Count && kept + same < journeys.Count && old[same].HasContentOf(journeys[kept + same]))
        {
            same++;
        }

        for (int i = same; i < old.Count; i++)
        {
            if (!Any(journeys, kept + same, old[i]))
            {
                gone.Add(old[i]);
            }
        }

        for (int i = kept + same; i < journeys.Count; i++)
        {
            if (!Any(old, same, journeys[i]))
            {
                come.Add(journeys[i]);
            }
        }
    }

    /// <summary>Takes everything of another visitor in, who turned out to be this one. Journeys are not brought up to date.</summary>
    public void Absorb(VisitorJourneys other)
    {
        other.touches.ForEach(touch => Put(touch, isTouch: true));
        other.conversions.ForEach(conversion => Put(conversion, isTouch: false));
        foreach ((string conversion, int revision) in other.revisions)
        {
            revisions[conversion] = Math.Max(revision, Revision(conversion));
        }

        FirstSeenMs = Math.Min(FirstSeenMs, other.FirstSeenMs);
        LastSeenMs = Math.Max(LastSeenMs, other.LastSeenMs);
        SeenIn(other.regionMs, other.Region);
        TaughtToDay = Math.Max(TaughtToDay, other.TaughtToDay);
        lastSettledMs = Math.Max(lastSettledMs, other.lastSettledMs);
    }

    /// <summary>Forgets what no event from that time on can change or needs.</summary>
    public void Settle(long horizonMs)
    {
        long lookedBack = horizonMs - options.LookbackMs;
        foreach (JourneyEvent conversion in conversions)
        {
            if (!conversion.IsRemoved && conversion.TimeMs < horizonMs)
            {
                lastSettledMs = Math.Max(lastSettledMs, conversion.TimeMs);
            }
        }

        journeys.RemoveAll(journey => IsSettled(journey, horizonMs));
        conversions.RemoveAll(conversion => conversion.TimeMs < horizonMs);
        bool MayGo(JourneyEvent touch) => touch.TimeMs < horizonMs
            && (touch.IsRemoved || touch.TimeMs <= lookedBack || (options.BeginsAfterConversion && touch.TimeMs <= lastSettledMs));
        if (touches.Exists(MayGo))
        {
            HashSet<JourneyEvent> open = new(journeys.SelectMany(journey => journey.Touches), ReferenceEqualityComparer.Instance);
            touches.RemoveAll(touch => MayGo(touch) && !open.Contains(touch));
        }

        foreach (string conversion in revisions.Count == 0 ? [] : revisions.Keys.Where(id => !conversions.Exists(known => known.Id == id)).ToArray())
        {
            revisions.Remove(conversion);
        }
    }

    public void Save(PackedWriter to)
    {
        to.VarInt(FirstSeenMs);
        to.VarInt(LastSeenMs);
        to.VarInt(TaughtToDay);
        to.VarInt(lastSettledMs);
        SaveAll(touches, to);
        SaveAll(conversions, to);
        to.VarUInt((ulong)revisions.Count);
        foreach ((string conversion, int revision) in revisions)
        {
            to.Bytes(System.Text.Encoding.UTF8.GetBytes(conversion));
            to.VarInt(revision);
        }

        if (options.HasRegionModels)
        {
            to.VarInt(regionMs);
            to.Bytes(System.Text.Encoding.UTF8.GetBytes(Region));
        }
    }

    public static VisitorJourneys Load(ref PackedReader from, AttributorOptions options)
    {
        VisitorJourneys visitor = new(options)
        {
            FirstSeenMs = from.VarInt(),
            LastSeenMs = from.VarInt(),
            TaughtToDay = from.VarInt(),
            lastSettledMs = from.VarInt(),
        };
        LoadAll(visitor.touches, ref from);
        LoadAll(visitor.conversions, ref from);
        int count = from.Count(2);
        for (int i = 0; i < count; i++)
        {
            visitor.revisions[System.Text.Encoding.UTF8.GetString(from.Bytes())] = (int)from.VarInt();
        }

        if (options.HasRegionModels)
        {
            visitor.regionMs = from.VarInt();
            visitor.Region = System.Text.Encoding.UTF8.GetString(from.Bytes());
        }

        visitor.Build(long.MinValue);
        return visitor;
    }

    private static bool Any(List<Journey> list, int from, Journey wanted)
    {
        for (int i = from; i < list.Count; i++)
        {
            if (list[i].HasContentOf(wanted))
            {
                return true;
            }
        }

        return false;
    }

    private static void SaveAll(List<JourneyEvent> events, PackedWriter to)
    {
        to.VarUInt((ulong)events.Count);
        foreach (JourneyEvent each in events)
        {
            each.Save(to);
        }
    }

    private static void LoadAll(List<JourneyEvent> events, ref PackedReader from)
    {
        int count = from.Count(8);
        for (int i = 0; i < count; i++)
        {
            events.Add(JourneyEvent.Load(ref from));
        }
    }

    // Before a settled conversion; or touches that led to none and that neither a later touch nor a later conversion can come near. The
    // next touch may belong to a conversion that is not settled: were that removed, the two would be one journey.
    private bool IsSettled(Journey journey, long horizonMs)
    {
        if (journey.EndMs < horizonMs || journey.Conversion is not null)
        {
            return journey.EndMs < horizonMs;
        }

        long last = journey.Touches[^1].TimeMs;
        int next = FirstAfter(last);
        while (next < touches.Count && touches[next].IsRemoved)
        {
            next++;
        }

        return last < horizonMs - options.LookbackMs && (next == touches.Count || touches[next].TimeMs - last > options.LookbackMs);
    }

    // Appends the journeys that end at that time or later.
    private void Build(long fromMs)
    {
        long before = lastSettledMs;
        foreach (JourneyEvent conversion in conversions)
        {
            if (conversion.IsRemoved)
            {
                continue;
            }

            if (conversion.TimeMs >= fromMs)
            {
                AddConverting(conversion, before);
            }

            before = Math.Max(before, conversion.TimeMs);
        }

        AddEnded(FirstAfter(before), touches.Count, long.MaxValue);
    }

    private void AddConverting(JourneyEvent conversion, long before)
    {
        long since = conversion.TimeMs - options.LookbackMs;
        int end = FirstAfter(conversion.TimeMs);
        int stretch = FirstAfter(before);
        int looked = FirstAfter(since);
        AddEnded(stretch, Math.Min(looked, end), conversion.TimeMs);
        int start = options.BeginsAfterConversion ? Math.Max(stretch, looked) : looked;
        journeys.Add(new Journey(conversion, conversion.TimeMs, Active(Math.Min(start, end), end)));
    }

    private void AddEnded(int start, int end, long endMs)
    {
        int first = -1;
        int last = -1;
        for (int i = start; i < end; i++)
        {
            if (touches[i].IsRemoved)
            {
                continue;
            }

            if (first >= 0 && touches[i].TimeMs - touches[last].TimeMs > options.LookbackMs)
            {
                journeys.Add(new Journey(null, endMs, Active(first, i)));
                first = i;
            }

            first = first < 0 ? i : first;
            last = i;
        }

        if (first >= 0)
        {
            journeys.Add(new Journey(null, endMs, Active(first, end)));
        }
    }

    private JourneyEvent[] Active(int start, int end)
    {
        int count = 0;
        for (int i = start; i < end; i++)
        {
            count += touches[i].IsRemoved ? 0 : 1;
        }

        JourneyEvent[] active = new JourneyEvent[count];
        for (int i = end - 1; i >= start; i--)
        {
            if (!touches[i].IsRemoved)
            {
                active[--count] = touches[i];
            }
        }

        return active;
    }

    // Index of the first touch later than that time.
    private int FirstAfter(long timeMs)
    {
        int low = 0;
        int high = touches.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = touches[middle].TimeMs <= timeMs ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
