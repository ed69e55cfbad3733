using System.Collections.Concurrent;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>
/// How large the state of this engine's tasks is. The store's keys are walked over a connection of its own, and the longer that
/// takes the rarer it is done: for two hundredths of the time at most.
/// </summary>
internal sealed class StateSizes : IAsyncDisposable
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WalkMax = TimeSpan.FromSeconds(2);
    private const double IdleShare = 50;

    private readonly string redis;
    private readonly Func<IEnumerable<string>> scopes;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<string, ScopeSize> sizes = new(StringComparer.Ordinal);
    private readonly Task counting;

    /// <param name="redis">Where the state is.</param>
    /// <param name="scopes">Of the tasks that this engine runs at the moment.</param>
    public StateSizes(string redis, Func<IEnumerable<string>> scopes)
    {
        this.redis = redis;
        this.scopes = scopes;
        counting = Task.Run(() => CountAsync(stopping.Token));
    }

    /// <summary>As of the last walk; nothing before the first.</summary>
    public ScopeSize Of(string scope) => sizes.GetValueOrDefault(scope);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await counting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task CountAsync(CancellationToken stop)
    {
        while (true)
        {
            long began = TimeProvider.System.GetTimestamp();
            string[] asked = [.. scopes().Distinct()];
            if (asked.Length > 0)
            {
                await WalkAsync(asked, stop);
            }

            TimeSpan pause = TimeProvider.System.GetElapsedTime(began) * IdleShare;
            await Task.Delay(pause < PauseMin ? PauseMin : pause, stop);
        }
    }

    // A store that is away is told by the tasks; here the last sizes stay.
    private async Task WalkAsync(string[] asked, CancellationToken stop)
    {
        try
        {
            await using RedisConnection connection = await RedisConnection.ConnectAsync(
                new RedisOptions { Configuration = redis }, TimeProvider.System, stop);
            foreach ((string scope, ScopeSize size) in await new RedisScopeSize(connection).ReadAsync(asked, WalkMax, stop))
            {
                sizes[scope] = size;
            }
        }
        catch (TaskLostException)
        {
        }
    }
}
