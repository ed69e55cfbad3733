namespace MixModeler.Streaming.Generate;

/// <summary>
/// Holds a producer to a rate: record n is due n/rate after the first. Who falls behind may catch up, but never more than a
/// second's worth at once. Not thread-safe.
/// </summary>
public sealed class RecordPace
{
    private static readonly TimeSpan CatchUpMax = TimeSpan.FromSeconds(1);
    private readonly TimeProvider time;
    private readonly double recordsPerSecond;
    private long startedAt;
    private long passed;

    /// <param name="recordsPerSecond">Positive; infinity never waits.</param>
    /// <param name="time">The clock.</param>
    public RecordPace(double recordsPerSecond, TimeProvider time)
    {
        if (!(recordsPerSecond > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(recordsPerSecond), recordsPerSecond, "a rate is positive");
        }

        this.recordsPerSecond = recordsPerSecond;
        this.time = time;
    }

    /// <summary>
    /// How many records are due now, at most <paramref name="max"/>; 0 when it is too early, see <see cref="WaitAsync"/>.
    /// </summary>
    public int Due(int max)
    {
        double behind = DueSinceStart() - passed;
        return behind < 1 ? 0 : (int)Math.Min(behind, max);
    }

    /// <summary>Tells that so many were sent.</summary>
    public void Passed(int records) => passed += records;

    /// <summary>Waits until at least one record is due.</summary>
    public async Task WaitAsync(CancellationToken stop)
    {
        while (Due(1) == 0)
        {
            double seconds = (passed + 1 - DueSinceStart()) / recordsPerSecond;
            // A timer ticks in milliseconds and its longest wait is 49 days.
            TimeSpan wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(seconds * 1_000), 1, 3_600_000));
            await Task.Delay(wait, time, stop).ConfigureAwait(false);
        }
    }

    private double DueSinceStart()
    {
        if (startedAt == 0)
        {
            // The first record is due at once.
            startedAt = time.GetTimestamp() - (long)(time.TimestampFrequency / recordsPerSecond);
        }

        double due = time.GetElapsedTime(startedAt).TotalSeconds * recordsPerSecond;
        double latest = passed + Math.Max(1, recordsPerSecond * CatchUpMax.TotalSeconds);
        if (due > latest)
        {
            startedAt += (long)((due - latest) / recordsPerSecond * time.TimestampFrequency);
            due = latest;
        }

        return due;
    }
}
