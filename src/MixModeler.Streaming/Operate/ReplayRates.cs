using System.Collections.Concurrent;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Operate;

/// <summary>
/// How fast this process replayed logs lately, from what its tasks report of changes: an estimate of the next change starts from
/// it. Safe from any thread.
/// </summary>
public sealed class ReplayRates(TimeProvider clock)
{
    // A shorter stretch tells more of the start than of the work.
    private static readonly TimeSpan MeasuredMin = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<(string Change, int Partition), (long Offset, long At)> begun = new();
    private double events;
    private double examples;

    /// <summary>Of one partition of the events, in a second; 0 = not measured.</summary>
    public double EventsPerSecond => Volatile.Read(ref events);

    /// <summary>Of the training log; 0 = not measured.</summary>
    public double ExamplesPerSecond => Volatile.Read(ref examples);

    public void Take(TaskReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        (string, int) task = (report.ChangeId, report.Partition);
        if (report.Stage is not (TaskStage.Rebuilding or TaskStage.Ready))
        {
            begun.TryRemove(task, out _);
            return;
        }

        (long Offset, long At) from = begun.GetOrAdd(task, (report.Offset, clock.GetTimestamp()));
        TimeSpan took = clock.GetElapsedTime(from.At);
        if (report.Stage == TaskStage.Rebuilding && took >= MeasuredMin && report.Offset > from.Offset)
        {
            double rate = (report.Offset - from.Offset) / took.TotalSeconds;
            Volatile.Write(ref report.Partition == ChangeState.Learner ? ref examples : ref events, rate);
        }
    }
}
