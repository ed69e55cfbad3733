namespace MixModeler.Streaming.Generate;

/// <summary>
/// Lives one visitor's ten weeks at a time. The buffers are reused from visitor to visitor. Not thread-safe.
/// </summary>
/// <remarks>
/// Faithful to the notebook that it stands for, with its quirk: each parent event draws children anew and the draw
/// <em>replaces</em> that of the parent before it, so only the last parent's children live, and the page views of a visitor
/// who clicked an e-mail are those of the last click.
/// </remarks>
internal sealed class LumaVisitor
{
    private const double MsPerHour = 3_600_000;
    private const long WindowMs = LumaBehavior.Weeks * 7L * 24 * 3_600_000;

    private readonly List<long>[] timesMs = [.. Enumerable.Range(0, LumaBehavior.TypeCount).Select(_ => new List<long>())];
    private readonly List<Moment> moments = [];

    internal readonly record struct Moment(long OccurredMs, LumaEventType Type);

    /// <summary>The visitor's events in the order of their times. Valid until the next call.</summary>
    public IReadOnlyList<Moment> Live(ulong seed, int visitor, long startMs)
    {
        RandomStream random = new(seed, (ulong)visitor, RandomPurpose.Behavior);
        foreach (List<long> times in timesMs)
        {
            times.Clear();
        }

        DrawRoots(ref random, startMs);
        DrawChildren(ref random);
        moments.Clear();
        for (int type = 0; type < timesMs.Length; type++)
        {
            foreach (long occurredMs in timesMs[type])
            {
                moments.Add(new Moment(occurredMs, (LumaEventType)type));
            }
        }

        moments.Sort(InOrder);
        if (DrawSubscription(ref random) is long subscribedMs)
        {
            moments.Add(new Moment(subscribedMs, LumaEventType.FormFilledOut));
            moments.Sort(InOrder);
        }

        return moments;
    }

    private void DrawRoots(ref RandomStream random, long startMs)
    {
        foreach (LumaEventType root in LumaBehavior.Roots)
        {
            int count = random.Poisson(LumaBehavior.Of(root).WeeklyRate * LumaBehavior.Weeks);
            for (int i = 0; i < count; i++)
            {
                timesMs[(int)root].Add(startMs + random.Below(WindowMs));
            }
        }
    }

    private void DrawChildren(ref RandomStream random)
    {
        foreach ((LumaEventType parent, LumaEventType[] children) in LumaBehavior.Dependencies)
        {
            // In the order they were drawn, not of time: "last" means drawn last.
            foreach (long parentMs in timesMs[(int)parent])
            {
                foreach (LumaEventType child in children)
                {
                    LumaBehavior.Entry entry = LumaBehavior.Of(child);
                    List<long> times = timesMs[(int)child];
                    times.Clear();
                    int count = random.Poisson(entry.WeeklyRate * LumaBehavior.Weeks);
                    for (int i = 0; i < count; i++)
                    {
                        times.Add(parentMs + (long)(random.Exponential(entry.DelayHours) * MsPerHour));
                    }
                }
            }
        }
    }

    private long? DrawSubscription(ref RandomStream random)
    {
        double propensity = LumaBehavior.PropensityAtStart;
        foreach (Moment moment in moments)
        {
            propensity = Math.Clamp(propensity + LumaBehavior.Of(moment.Type).PropensityDelta, 0, 1);
            if (LumaBehavior.IsOnSite(moment.Type) && random.Chance(propensity))
            {
                return moment.OccurredMs + LumaBehavior.FormDelayMs;
            }
        }

        return null;
    }

    // A total order (equal moments are interchangeable), so an unstable sort gives one result.
    private static int InOrder(Moment left, Moment right)
    {
        int byTime = left.OccurredMs.CompareTo(right.OccurredMs);
        return byTime != 0 ? byTime : left.Type.CompareTo(right.Type);
    }
}
