namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>Waiting for the world, with an end.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    public static Task HoldsAsync(Func<Task<bool>> holds, string otherwise, CancellationToken stop) => HoldsAsync(holds, () => otherwise, stop);

    public static async Task HoldsAsync(Func<Task<bool>> holds, Func<string> otherwise, CancellationToken stop)
    {
        long start = TimeProvider.System.GetTimestamp();
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(25));
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                Assert.Fail(otherwise());
            }

            await tick.WaitForNextTickAsync(stop);
        }
    }

    /// <summary>For what may take long but never stands still: the wait begins anew when <paramref name="progress"/> says something new.</summary>
    public static async Task ComesAsync(Func<Task<bool>> holds, Func<string> progress, Func<string> otherwise, CancellationToken stop)
    {
        const int WaitsMax = 10;
        long start = TimeProvider.System.GetTimestamp();
        bool isThere = false;
        while (!isThere)
        {
            // What goes round in circles never stands still either.
            Assert.True(TimeProvider.System.GetElapsedTime(start) < WaitsMax * Patience, otherwise());
            string seen = progress();
            await HoldsAsync(async () => (isThere = await holds()) || progress() != seen, otherwise, stop);
        }
    }
}
