using System.Diagnostics;

namespace MixModeler.Streaming.Tests;

public sealed class CpuTimeTests
{
    [Fact]
    public void Work_takes_processor_time_and_waiting_takes_none()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("the wall clock stands in for it here");
        }

        TimeSpan before = CpuTime.Now;
        using ManualResetEventSlim never = new();
        Assert.False(never.Wait(TimeSpan.FromMilliseconds(400), TestContext.Current.CancellationToken));
        Assert.InRange(CpuTime.Now - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));

        // The wall's clock first: whatever this thread computes between the two is then counted by both.
        long began = Stopwatch.GetTimestamp();
        before = CpuTime.Now;
        while (CpuTime.Now - before < TimeSpan.FromMilliseconds(50))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60), "the processor's time stands still");
        }

        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(49), "the processor's time runs ahead");
    }
}
