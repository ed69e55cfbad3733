using System.Diagnostics;

namespace MixModeler.Streaming.Edge.Tests;

/// <summary>Waits for a condition, not for time; a condition that does not come is a failure with a name.</summary>
internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

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
