namespace MixModeler.Streaming.Tests.Generate;

/// <summary>A clock that moves when the test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Sleeper> sleepers = [];
    private TaskCompletionSource slept = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long nowTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate)
        {
            return nowTicks + 1;      // A stopwatch never reads 0.
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (gate)
        {
            Sleeper sleeper = new(this, nowTicks + dueTime.Ticks, () => callback(state));
            sleepers.Add(sleeper);
            slept.TrySetResult();
            return sleeper;
        }
    }

    public void Advance(TimeSpan by)
    {
        Sleeper[] awake;
        lock (gate)
        {
            nowTicks += by.Ticks;
            awake = [.. sleepers.Where(sleeper => sleeper.DueTicks <= nowTicks)];
            sleepers.RemoveAll(awake.Contains);
            if (sleepers.Count == 0)
            {
                slept = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        foreach (Sleeper sleeper in awake)
        {
            sleeper.Wake();
        }
    }

    /// <summary>Until somebody waits for this clock, or the work is over.</summary>
    public async Task WaitForSleeperAsync(Task work, CancellationToken stop)
    {
        Task waiting;
        lock (gate)
        {
            waiting = slept.Task;
        }

        await Task.WhenAny(waiting, work).WaitAsync(TimeSpan.FromSeconds(30), stop);
    }

    private sealed class Sleeper(ManualTime clock, long dueTicks, Action wake) : ITimer
    {
        public long DueTicks { get; } = dueTicks;

        public void Wake() => wake();

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
            lock (clock.gate)
            {
                clock.sleepers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
