using System.Diagnostics;

namespace MixModeler.Streaming.Integration.State;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<bool> condition, CancellationToken stop)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException("The condition did not come true.");
            }

            await Task.Delay(10, stop);
        }
    }

    /// <summary>Repeats while the store is away.</summary>
    public static async Task<T> ReturnsAsync<T>(Func<Task<T>> ask, CancellationToken stop)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (TaskLostException away) when (away.Loss == TaskLoss.StoreAway && Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(50, stop);
            }
        }
    }
}
