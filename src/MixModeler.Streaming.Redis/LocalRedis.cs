using System.Net;
using System.Net.Sockets;

namespace MixModeler.Streaming.Redis;

/// <summary>
/// A server of one's own as a child process, on the loopback interface: Garnet for the demo, either kind in tests and
/// benchmarks. It ends with its parent, however that ends. Owned by one thread at a time.
/// </summary>
public sealed class LocalRedis : IAsyncDisposable
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private readonly LocalRedisOptions options;
    private ServerProcess? process;

    private LocalRedis(LocalRedisOptions options, int port)
    {
        this.options = options;
        Port = port;
    }

    public int Port { get; }

    /// <summary>`host:port`, as <see cref="RedisOptions.Configuration"/> wants it.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    public int ProcessId => Running.Id;

    /// <summary>Completes when the server ends, for whatever reason.</summary>
    public Task Exited => Running.Exited;

    private ServerProcess Running => process ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>Starts the server and returns once it answers.</summary>
    /// <exception cref="InvalidOperationException">It is not installed or does not start; the message says why.</exception>
    public static async Task<LocalRedis> StartAsync(LocalRedisOptions options, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options with { Directory = Path.GetFullPath(options.Directory) };
        Directory.CreateDirectory(options.Directory);
        LocalRedis server = new(options, options.Port != 0 ? options.Port : FreePort());
        await server.RestartAsync(stop).ConfigureAwait(false);
        return server;
    }

    /// <summary>Ends the server at once (SIGKILL), as a crash would, and returns when it is gone.</summary>
    public async Task KillAsync()
    {
        Running.Kill();
        await Running.Exited.WaitAsync(EndTimeout).ConfigureAwait(false);
    }

    /// <summary>Starts the server again on the same port and directory; kills it first if it still runs.</summary>
    public async Task RestartAsync(CancellationToken stop = default)
    {
        if (process is not null)
        {
            await KillAsync().ConfigureAwait(false);
            process.Dispose();
        }

        ThrowIfTaken();
        process = await ServerProcess.StartAsync(ServerCommand.Of(options, Port)).ConfigureAwait(false);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(options.StartTimeout);
        try
        {
            await WaitForAnswerAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await KillAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            throw Failed($"did not answer within {options.StartTimeout.TotalSeconds:0} s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is null)
        {
            return;
        }

        process.RequestEnd();
        try
        {
            await process.Exited.WaitAsync(EndTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await KillAsync().ConfigureAwait(false);
        }

        process.Dispose();
    }

    // Loading a long log is not yet an answer: only PONG is.
    private async Task WaitForAnswerAsync(CancellationToken stop)
    {
        while (!await AnswersAsync(stop).ConfigureAwait(false))
        {
            Task pause = Task.Delay(20, stop);
            if (await Task.WhenAny(Running.Exited, pause).ConfigureAwait(false) == Running.Exited)
            {
                throw Failed("ended at once");
            }

            await pause.ConfigureAwait(false);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken stop)
    {
        try
        {
            using TcpClient client = new();
            await client.ConnectAsync(IPAddress.Loopback, Port, stop).ConfigureAwait(false);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync("*1\r\n$4\r\nPING\r\n"u8.ToArray(), stop).ConfigureAwait(false);
            byte[] answer = new byte[5];
            int read = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
            return answer.AsSpan(0, read).SequenceEqual("+PONG"u8);
        }
        catch (Exception cause) when (cause is SocketException or IOException)
        {
            return false;
        }
    }

    // Somebody else's server on the port would answer in place of ours.
    private void ThrowIfTaken()
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, Port);
            listener.Start();
        }
        catch (SocketException cause)
        {
            throw new InvalidOperationException($"{Name} cannot start: port {Port} of 127.0.0.1 is taken ({cause.Message}).", cause);
        }
    }

    private string Name => options.Kind == LocalRedisKind.Garnet ? "Garnet" : "redis-server";

    private InvalidOperationException Failed(string what) => new($"{Name} on port {Port} {what}. It said: {process?.LastLines}");

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
