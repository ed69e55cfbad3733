using System.Diagnostics;

namespace MixModeler.Streaming.Integration.Kafka;

/// <summary>Waits for what must come about, not for time.</summary>
internal static class Soon
{
    public static async Task HoldsAsync(Func<bool> condition, string what, int withinSeconds = 20)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed.TotalSeconds < withinSeconds, $"not within {withinSeconds} s: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
