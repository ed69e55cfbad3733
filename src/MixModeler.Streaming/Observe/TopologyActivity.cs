using System.Text.Json;

namespace MixModeler.Streaming.Observe;

/// <summary>A topology at work, over all its engines: what `topology top` shows.</summary>
public sealed record TopologyActivity
{
    public string Topology { get; set; } = "";

    /// <summary>More than one while a version is being replaced.</summary>
    public string[] Versions { get; set; } = [];

    public int Engines { get; set; }

    public bool Healthy { get; set; }

    public string[] Problems { get; set; } = [];

    public double Seconds { get; set; }

    public double AppliedPerSecond { get; set; }

    public double ScoredPerSecond { get; set; }

    public double RejectedPerSecond { get; set; }

    public long Lag { get; set; }

    public long Lost { get; set; }

    public long Duplicated { get; set; }

    /// <summary>In the topology's order; empty where no engine counts by operator.</summary>
    public OperatorRate[] Operators { get; set; } = [];

    /// <param name="before">One sample of each engine.</param>
    /// <param name="after">A later one of each, in the same order.</param>
    /// <param name="between">The time in between.</param>
    public static TopologyActivity Of(IReadOnlyList<StatusSample> before, IReadOnlyList<StatusSample> after, TimeSpan between)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        double seconds = Math.Max(between.TotalSeconds, 1e-3);
        return new TopologyActivity
        {
            Topology = string.Join(", ", after.Select(s => s.Topology).Distinct()),
            Versions = [.. after.Select(s => s.TopologyVersion).Distinct()],
            Engines = after.Count,
            Healthy = after.All(s => s.Healthy),
            Problems = [.. after.SelectMany(s => s.Problems).Distinct()],
            Seconds = seconds,
            AppliedPerSecond = Rate(before, after, s => s.Applied, seconds),
            ScoredPerSecond = Rate(before, after, s => s.Scored, seconds),
            RejectedPerSecond = Rate(before, after, s => s.Rejected.Values.Sum(), seconds),
            Lag = after.Sum(s => s.Lag),
            Lost = after.Sum(s => s.Lost),
            Duplicated = after.Sum(s => s.Duplicated),
            Operators =
            [
                .. after.SelectMany(s => s.Operators ?? []).Select(o => (o.Name, o.Operator)).Distinct().Select(o => new OperatorRate(
                    o.Name,
                    o.Operator,
                    Rate(before, after, s => Sum(s, o.Name, c => c.In), seconds),
                    Rate(before, after, s => Sum(s, o.Name, c => c.Out), seconds),
                    Rate(before, after, s => Sum(s, o.Name, c => c.Errors), seconds),
                    after.SelectMany(s => s.Operators ?? []).Where(c => c.Name == o.Name).Max(c => c.P99Micros),
                    after.Sum(s => Sum(s, o.Name, c => c.StateKeys)),
                    after.Sum(s => Sum(s, o.Name, c => c.StateBytes)))),
            ],
        };
    }

    public string ToJson() => JsonSerializer.Serialize(this, ActivityJson.Default.TopologyActivity);

    // Over all engines together: a partition that moved from one to another takes its counts along. One that restarted makes
    // the sum smaller for a moment, which is no negative rate.
    private static double Rate(IReadOnlyList<StatusSample> before, IReadOnlyList<StatusSample> after, Func<StatusSample, long> count, double seconds)
    {
        long then = before.Sum(count);
        long now = after.Sum(count);
        return Math.Max(0, now - then) / seconds;
    }

    private static long Sum(StatusSample sample, string name, Func<OperatorCounts, long> count) =>
        (sample.Operators ?? []).Where(c => c.Name == name).Sum(count);
}
