using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Attribution by visitor while events arrive, in whatever order: touches and conversions by event time, late ones, newer versions,
/// removals, visitors who turn out to be the same. After every event the scores that hold are those that the set of events alone
/// determines; where an event changes a score, it is taken back and the corrected one follows.
/// </summary>
/// <remarks>
/// An event costs time in proportion to the events of its visitor that are not settled. <see cref="Settle"/> forgets what is settled, and is
/// what keeps memory bounded. Not thread-safe: one task owns it. The same calls after a restore give the same bytes.
/// </remarks>
public sealed class PathAttributor
{
    private const byte Format = 2;

    private readonly AttributorOptions options;
    private readonly Dictionary<string, VisitorJourneys> visitors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> aliases = new(StringComparer.Ordinal);
    private readonly List<ScoreChange> changes = [];
    private readonly List<Journey> gone = [];
    private readonly List<Journey> come = [];
    private readonly HashSet<string> changed = new(StringComparer.Ordinal);
    private EffectsByTime effects;

    /// <param name="options">How to attribute.</param>
    /// <param name="effects">What incremental scores are made with, until <see cref="Use"/>.</param>
    public PathAttributor(AttributorOptions options, TouchEffects effects)
        : this(options, new EffectsByTime(EffectSet.Of(effects)), new AttributionTotals(options.MarkovOrder))
    {
    }

    internal PathAttributor(AttributorOptions options, EffectsByTime effects, AttributionTotals totals)
    {
        options.Validate();
        (this.options, this.effects, Totals) = (options, effects, totals);
    }

    /// <summary>Scores that came and went since <see cref="ClearChanges"/>, retractions of an event before its corrections.</summary>
    public IReadOnlyList<ScoreChange> Changes => changes;

    public AttributionTotals Totals { get; }

    /// <summary>Visitors with anything that is not settled.</summary>
    public int Visitors => visitors.Count;

    /// <summary>Events from before this time come too late.</summary>
    public long SettledMs { get; private set; } = long.MinValue;

    /// <summary>Events that were refused because they came too late.</summary>
    public long TooLate { get; private set; }

    public void ClearChanges() => changes.Clear();

    /// <summary>A touch, or a newer version of it. False where it came too late.</summary>
    /// <param name="visitor">Whose.</param>
    /// <param name="eventId">By which versions of the same touch are known; of equal content, one with the same version changes nothing.</param>
    /// <param name="timeMs">When it happened.</param>
    /// <param name="channel">Id of its channel.</param>
    /// <param name="version">The highest one counts, whichever comes first.</param>
    public bool Touch(string visitor, string eventId, long timeMs, int channel, long version = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, ChannelNames.ChannelsMax);
        return Put(visitor, new JourneyEvent(eventId, timeMs, channel, 0, version, IsRemoved: false), isTouch: true);
    }

    /// <summary>A conversion, or a newer version of it. False where it came too late.</summary>
    /// <param name="visitor">Whose.</param>
    /// <param name="eventId">By which versions of the same conversion are known.</param>
    /// <param name="timeMs">When it happened.</param>
    /// <param name="value">What it was worth.</param>
    /// <param name="version">The highest one counts, whichever comes first.</param>
    /// <param name="note">What its scores carry on, as <see cref="ConversionNote"/> writes it.</param>
    public bool Conversion(string visitor, string eventId, long timeMs, double value, long version = 0, string note = "") =>
        Put(visitor, new JourneyEvent(eventId, timeMs, 0, value, version, IsRemoved: false, note), isTouch: false);

    /// <summary>Takes a touch away; versions up to this one do not bring it back.</summary>
    public bool RemoveTouch(string visitor, string eventId, long timeMs, long version) =>
        Put(visitor, new JourneyEvent(eventId, timeMs, 0, 0, version, IsRemoved: true), isTouch: true);

    /// <summary>Takes a conversion away; versions up to this one do not bring it back.</summary>
    public bool RemoveConversion(string visitor, string eventId, long timeMs, long version) =>
        Put(visitor, new JourneyEvent(eventId, timeMs, 0, 0, version, IsRemoved: true), isTouch: false);

    /// <summary>A visitor was there: from then on days without a conversion say something to the survival model.</summary>
    public void Seen(string visitor, long timeMs)
    {
        string root = Root(visitor);
        Of(root).Seen(timeMs);
        changed.Add(root);
    }

    /// <summary>Where a visitor was: the region of the first event that has one is the visitor's, for models by region. Follows the event itself.</summary>
    internal void SeenIn(string visitor, long timeMs, string region) => Find(Root(visitor))?.SeenIn(timeMs, region);

    /// <summary>Two ids are one visitor, from their first events on. The id that comes first in ordinal order names both.</summary>
    public void Merge(string one, string other)
    {
        (string root, string merged) = (Root(one), Root(other));
        if (root == merged)
        {
            return;
        }

        if (string.CompareOrdinal(root, merged) > 0)
        {
            (root, merged) = (merged, root);
        }

        aliases[merged] = root;
        changed.Add(merged);
        changed.Add(root);
        if (!visitors.Remove(merged, out VisitorJourneys? absorbed))
        {
            return;
        }

        foreach (Journey journey in absorbed.Journeys)
        {
            Apply(merged, absorbed, journey, -1);
        }

        VisitorJourneys visitor = Of(root);
        visitor.Absorb(absorbed);
        Refresh(root, visitor, long.MinValue);
    }

    /// <summary>From now on scores are made with these effects; all that hold are made anew.</summary>
    public void Use(TouchEffects newEffects)
    {
        EffectsByTime before = effects;
        effects = new EffectsByTime(EffectSet.Of(newEffects));
        foreach ((string id, VisitorJourneys visitor) in InOrder(visitors))
        {
            foreach (Journey journey in visitor.Journeys.Where(journey => journey.Conversion is not null))
            {
                EventScore old = Score(journey, before);
                EventScore corrected = Score(journey, effects);
                Totals.ApplyScore(old, -1);
                Totals.ApplyScore(corrected, 1);
                changes.Add(new ScoreChange(id, IsRetracted: true, visitor.Revision(old.ConversionId), old));
                changes.Add(new ScoreChange(id, IsRetracted: false, visitor.NextRevision(old.ConversionId), corrected));
            }
        }
    }

    /// <summary>
    /// No event from before this time will come any more: teaches the days up to it to a survival model, if one is given, and forgets what
    /// nothing can change. Visitors are taken in the order of their ids.
    /// </summary>
    public void Settle(long horizonMs, HazardModel? model = null)
    {
        if (horizonMs <= SettledMs)
        {
            return;
        }

        DayTeacher? teacher = model is null ? null : new DayTeacher(new SurvivalModels(model), options);
        List<string> empty = [];
        foreach ((string id, VisitorJourneys visitor) in InOrder(visitors))
        {
            teacher?.Teach(visitor, TouchEffects.Day(horizonMs));
            visitor.Settle(horizonMs);
            if (visitor.IsEmpty && visitor.LastSeenMs < horizonMs - (long)options.AtRisk.TotalMilliseconds)
            {
                empty.Add(id);
            }
        }

        empty.ForEach(id => visitors.Remove(id));
        SettledMs = horizonMs;
    }

    internal EffectsByTime Effects => effects;

    /// <summary>Visitors that changed since <see cref="ClearChanged"/>, merged ones among them.</summary>
    internal IReadOnlyCollection<string> Changed => changed;

    internal void ClearChanged() => changed.Clear();

    /// <summary>No event from before this time will come any more; visitors are settled one by one.</summary>
    internal void AdvanceTo(long horizonMs) => SettledMs = Math.Max(SettledMs, horizonMs);

    /// <summary>What <see cref="Settle"/> does, for one visitor. False where nothing is left of it.</summary>
    internal bool SettleVisitor(string root, DayTeacher teacher)
    {
        if (!visitors.TryGetValue(root, out VisitorJourneys? visitor))
        {
            return false;
        }

        changed.Add(root);
        teacher.Teach(visitor, TouchEffects.Day(SettledMs));
        visitor.Settle(SettledMs);
        if (!visitor.IsEmpty || visitor.LastSeenMs >= SettledMs - (long)options.AtRisk.TotalMilliseconds)
        {
            return true;
        }

        visitors.Remove(root);
        return false;
    }

    /// <summary>Who somebody is, as far as is known here.</summary>
    internal string RootOf(string visitor) => Root(visitor);

    /// <summary>Into whom somebody was merged directly, or null.</summary>
    internal string? MergedInto(string visitor) => aliases.GetValueOrDefault(visitor);

    internal VisitorJourneys? Find(string root) => visitors.GetValueOrDefault(root);

    /// <summary>Brings in a visitor that was kept elsewhere.</summary>
    internal void Bring(string root, VisitorJourneys visitor) => visitors[root] = visitor;

    /// <summary>Brings in that somebody was merged into another one.</summary>
    internal void BringAlias(string merged, string root) => aliases[merged] = root;

    /// <summary>Drops a visitor, or an alias, that is kept elsewhere.</summary>
    internal void Drop(string visitor)
    {
        visitors.Remove(visitor);
        aliases.Remove(visitor);
    }

    /// <summary>Everything but the options and the changes. The same state gives the same bytes.</summary>
    public void Save(PackedWriter to)
    {
        to.Byte(Format);
        to.VarInt(SettledMs);
        to.VarInt(TooLate);
        effects.Save(to, options.HasRegionModels);
        Totals.Save(to);
        to.VarUInt((ulong)aliases.Count);
        foreach ((string merged, string root) in InOrder(aliases))
        {
            to.Bytes(System.Text.Encoding.UTF8.GetBytes(merged));
            to.Bytes(System.Text.Encoding.UTF8.GetBytes(root));
        }

        to.VarUInt((ulong)visitors.Count);
        foreach ((string id, VisitorJourneys visitor) in InOrder(visitors))
        {
            to.Bytes(System.Text.Encoding.UTF8.GetBytes(id));
            visitor.Save(to);
        }

        to.UInt32(Crc32C.Of(to.Written));
    }

    /// <param name="bytes">What <see cref="Save"/> wrote into an empty writer.</param>
    /// <param name="options">The same as before.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of another format.</exception>
    public static PathAttributor Load(ReadOnlySpan<byte> bytes, AttributorOptions options)
    {
        if (bytes.Length < 5 || Crc32C.Of(bytes[..^4]) != BitConverter.ToUInt32(bytes[^4..]) || bytes[0] != Format)
        {
            throw new InvalidDataException("these bytes are no attribution state of a known format, or they are damaged");
        }

        PackedReader from = new(bytes[1..^4]);
        long settledMs = from.VarInt();
        long tooLate = from.VarInt();
        EffectsByTime effects = EffectsByTime.Load(ref from, options.HasRegionModels);
        PathAttributor loaded = new(options, effects, AttributionTotals.Load(ref from)) { SettledMs = settledMs, TooLate = tooLate };
        int aliasCount = from.Count(2);
        for (int i = 0; i < aliasCount; i++)
        {
            loaded.aliases[System.Text.Encoding.UTF8.GetString(from.Bytes())] = System.Text.Encoding.UTF8.GetString(from.Bytes());
        }

        int count = from.Count(2);
        for (int i = 0; i < count; i++)
        {
            loaded.visitors[System.Text.Encoding.UTF8.GetString(from.Bytes())] = VisitorJourneys.Load(ref from, options);
        }

        return loaded;
    }

    // Of the ids: what depends on an order depends on this one.
    private static IEnumerable<KeyValuePair<string, T>> InOrder<T>(Dictionary<string, T> byId) => byId.OrderBy(each => each.Key, StringComparer.Ordinal);

    private bool Put(string visitor, JourneyEvent given, bool isTouch)
    {
        string root = Root(visitor);
        if (given.TimeMs < SettledMs || (visitors.TryGetValue(root, out VisitorJourneys? known) && known.IsBefore(given.Id, isTouch, SettledMs)))
        {
            TooLate++;
            return false;
        }

        VisitorJourneys journeys = Of(root);
        journeys.Seen(given.TimeMs);
        changed.Add(root);
        if (journeys.Put(given, isTouch) is { } from)
        {
            Refresh(root, journeys, from);
        }

        return true;
    }

    private void Refresh(string id, VisitorJourneys visitor, long fromMs)
    {
        gone.Clear();
        come.Clear();
        visitor.Rebuild(fromMs, gone, come);
        foreach (Journey journey in gone)
        {
            Apply(id, visitor, journey, -1);
        }

        foreach (Journey journey in come)
        {
            Apply(id, visitor, journey, 1);
        }
    }

    private void Apply(string id, VisitorJourneys visitor, Journey journey, int sign)
    {
        EventScore? score = journey.Conversion is null ? null : Score(journey, effects);
        Totals.Apply(journey, score, sign);
        if (score is not null)
        {
            int revision = sign > 0 ? visitor.NextRevision(score.ConversionId) : visitor.Revision(score.ConversionId);
            changes.Add(new ScoreChange(id, sign < 0, revision, score));
        }
    }

    private EventScore Score(Journey journey, EffectsByTime with) =>
        EventScore.Of(journey, with.At(journey.Conversion!.TimeMs, journey.Conversion.Note), options.DecayHalfLife.TotalMilliseconds);

    private VisitorJourneys Of(string root)
    {
        if (!visitors.TryGetValue(root, out VisitorJourneys? visitor))
        {
            visitors[root] = visitor = new VisitorJourneys(options);
        }

        return visitor;
    }

    // Roots only ever get a smaller id, so chains are short and have no circle.
    private string Root(string visitor)
    {
        while (aliases.TryGetValue(visitor, out string? root))
        {
            visitor = root;
        }

        return visitor;
    }
}
