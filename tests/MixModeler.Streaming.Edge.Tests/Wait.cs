using System.Diagnostics;

namespace MixModeler.Streaming.Edge.Tests;

/// <summary>Waits for a condition, not for time; a condition that does not come is a failure with a name.</summary>
internal static class Wait
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>For what is more work than waiting: whole streams, and the end of everything that a test started.</summary>
    public static readonly TimeSpan LongDeadline = TimeSpan.FromSeconds(90);

    public static async Task Until(Func<bool> condition, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Deadline, $"waited in vain until {what}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
