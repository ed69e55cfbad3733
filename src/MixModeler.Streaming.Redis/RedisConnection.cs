using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>
/// One multiplexed connection for all tasks of a process. It reconnects by itself; <see cref="Generation"/> tells whoever
/// holds a lease that the server on the other end may have restarted or failed over in between. Thread-safe.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable
{
    private readonly RedisOptions options;
    private readonly TimeProvider time;
    private readonly ConfigurationOptions configuration;
    private readonly FailureReason reason;
    private readonly Lock gate = new();
    private Task<ConnectionMultiplexer> connecting;
    private TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long generation;
    private (long Generation, bool IsGarnet)? server;
    private bool disposed;

    private RedisConnection(RedisOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        configuration = options.Parse();
        Endpoint = string.Join(", ", configuration.EndPoints.Select(Name));
        reason = new FailureReason(configuration, options.CommandTimeout, time);
        connecting = OpenAsync();
    }

    /// <summary>The servers' addresses, without the password.</summary>
    public string Endpoint { get; }

    /// <summary>Rises whenever the connection broke or was given up. What was acquired under an older one is to be acquired anew.</summary>
    public long Generation => Interlocked.Read(ref generation);

    /// <summary>Ends when the generation of this moment does.</summary>
    internal Task Broken => Volatile.Read(ref broken).Task;

    internal TimeSpan CommitPatience => options.CommitPatience;

    /// <summary>
    /// Connects, or returns after the connect timeout and goes on trying in the background: a server that is away is
    /// reported by the first command.
    /// </summary>
    /// <exception cref="ArgumentException">The configuration cannot be read.</exception>
    public static async Task<RedisConnection> ConnectAsync(RedisOptions options, TimeProvider? time = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        RedisConnection connection = new(options, time ?? TimeProvider.System);
        await connection.connecting.WaitAsync(stop).ConfigureAwait(false);
        return connection;
    }

    /// <summary>Commands that get no answer end in a <see cref="TimeoutException"/>: the client itself never times out.</summary>
    internal async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken stop)
    {
        Task<ConnectionMultiplexer> current;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            current = connecting;
        }

        try
        {
            ConnectionMultiplexer multiplexer = await current.WaitAsync(options.CommandTimeout, time, stop).ConfigureAwait(false);
            return await ask(multiplexer.GetDatabase()).WaitAsync(options.CommandTimeout, time, stop).ConfigureAwait(false);
        }
        catch (RedisConnectionException)
        {
            // The client reports the break by an event too, but later than to whoever waits for an answer.
            Broke();
            throw;
        }
    }

    /// <summary>Whether the server is Garnet, where a script is neither isolated nor crash-safe by itself.</summary>
    internal async Task<bool> IsGarnetAsync(CancellationToken stop)
    {
        long asked = Generation;
        lock (gate)
        {
            if (server is { } known && known.Generation == asked)
            {
                return known.IsGarnet;
            }
        }

        bool isGarnet;
        try
        {
            string? answer = (string?)await AskAsync(static database => database.ExecuteAsync("INFO", "server"), stop).ConfigureAwait(false);
            isGarnet = answer?.Contains("garnet_version", StringComparison.Ordinal) == true;
        }
        catch (RedisServerException refused) when (refused.Message.StartsWith("NOPERM", StringComparison.Ordinal))
        {
            isGarnet = false;
        }

        lock (gate)
        {
            server = (asked, isGarnet);
        }

        return isGarnet;
    }

    /// <summary>
    /// Turns a failure into the exception that tasks know. After silence the connection is given up as well: it may be half open,
    /// which only a new one can tell.
    /// </summary>
    internal async Task<TaskLostException> LostAsync(string what, Exception cause)
    {
        if (cause is TimeoutException or RedisServerException { Message: ['R', 'E', 'A', 'D', 'O', 'N', 'L', 'Y', ..] })
        {
            Reopen();
        }

        string because = await reason.OfAsync(cause).ConfigureAwait(false);
        return new TaskLostException(TaskLoss.StoreAway, $"Redis at {Endpoint} {what}: {because}.", cause);
    }

    internal static bool IsFailure(Exception cause) =>
        cause is RedisException or TimeoutException or RedisCommandException or ObjectDisposedException or SocketException;

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer> last;
        lock (gate)
        {
            disposed = true;
            last = connecting;
        }

        await CloseAsync(last).ConfigureAwait(false);
    }

    private async Task<ConnectionMultiplexer> OpenAsync()
    {
        ConnectionMultiplexer opened = await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
        // Answers of different tasks need no common order, and keeping one costs a queue with a single reader.
        opened.PreserveAsyncOrder = false;
        opened.IncludeDetailInExceptions = true;
        opened.ConnectionFailed += OnFailed;
        return opened;
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs failure)
    {
        if (failure.ConnectionType == ConnectionType.Interactive)
        {
            Broke();
        }
    }

    // The number first: who sees the end of the old generation must see the new one too.
    private void Broke()
    {
        Interlocked.Increment(ref generation);
        Interlocked.Exchange(ref broken, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private void Reopen()
    {
        Task<ConnectionMultiplexer> old;
        lock (gate)
        {
            if (disposed || !connecting.IsCompleted)
            {
                return;
            }

            Broke();
            old = connecting;
            connecting = OpenAsync();
        }

        _ = CloseAsync(old);
    }

    private async Task CloseAsync(Task<ConnectionMultiplexer> opened)
    {
        ConnectionMultiplexer multiplexer = await opened.ConfigureAwait(false);
        multiplexer.ConnectionFailed -= OnFailed;
        // Closing does not wait for answers: there is nobody left who would read them.
        await multiplexer.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
        multiplexer.Dispose();
    }

    private static string Name(EndPoint endpoint) => endpoint switch
    {
        DnsEndPoint named => $"{named.Host}:{named.Port}",
        _ => endpoint.ToString() ?? "",
    };
}
