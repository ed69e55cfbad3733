namespace MixModeler.Streaming.Generate;

/// <summary>How many visitors, which ones, and how unruly their records are.</summary>
public sealed record GeneratorOptions
{
    /// <summary>All events of all visitors are sorted in memory: some 10.6 events of 24 B each a visitor.</summary>
    public const int UsersMax = 5_000_000;

    /// <summary>Visitors; each makes some 10.6 events over ten weeks.</summary>
    public int Users { get; set; } = 20_000;

    /// <summary>The same seed gives the same bytes, on any machine.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>
    /// Where the ten weeks begin. A fixed Monday in the past, so that output does not depend on the day it is made and no
    /// event lies ahead of the clock of whoever receives it.
    /// </summary>
    public DateTimeOffset Start { get; set; } = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Wrap each event in the Kafka message envelope (header, body.xdmMeta, body.xdmEntity).</summary>
    public bool Envelope { get; set; }

    /// <summary>Name the visitor in `identityMap.ECID` too, as the Web SDK does, not in `_luma.userid` alone.</summary>
    public bool IdentityMap { get; set; }

    /// <summary>Share of events that are delivered up to <see cref="LateUpTo"/> after their time.</summary>
    public double LateShare { get; set; }

    /// <summary>Half of the default lateness of a topology, so that a duplicate of a late event is still not too late.</summary>
    public TimeSpan LateUpTo { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Share of events that are delivered 25 to 48 hours after their time, beyond the default lateness of a topology.</summary>
    public double TooLateShare { get; set; }

    /// <summary>Share of events that are delivered a second time, the same bytes, up to six hours later.</summary>
    public double DuplicateShare { get; set; }

    /// <summary>Malformed records added, as a share of the events; none replaces an event.</summary>
    public double MalformedShare { get; set; }

    /// <summary>What is wrong with these options, one sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        if (Users is < 1 or > UsersMax)
        {
            problems.Add($"users: {Users} is outside 1..{UsersMax}");
        }

        // Times are written with four-digit years, and late deliveries must stay within them.
        if (Start.Year is < 1970 or > 9990)
        {
            problems.Add($"start: {Start:O} is outside the years 1970..9990");
        }

        if (LateUpTo < TimeSpan.FromSeconds(1) || LateUpTo > TimeSpan.FromDays(365))
        {
            problems.Add($"lateUpTo: {LateUpTo} is outside one second to 365 days");
        }

        CheckShare("late", LateShare);
        CheckShare("tooLate", TooLateShare);
        CheckShare("duplicates", DuplicateShare);
        CheckShare("malformed", MalformedShare);
        if (LateShare + TooLateShare > 1)
        {
            problems.Add($"late and tooLate: {LateShare} + {TooLateShare} is more than all events");
        }

        return problems;

        void CheckShare(string name, double share)
        {
            // Written so that NaN is refused too.
            if (!(share >= 0 && share <= 1))
            {
                problems.Add($"{name}: {share} is not a share between 0 and 1");
            }
        }
    }
}
