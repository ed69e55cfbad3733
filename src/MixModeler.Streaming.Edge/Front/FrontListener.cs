using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MixModeler.Streaming.Edge.Front;

// One port: Kestrel's socket transport without its HTTP, so that a connection is two pipes and nothing else.
internal sealed class FrontListener(FrontConnections connections, FrontLoop loop, Func<IFrontSession> newSession)
{
    private readonly Lock gate = new();
    private readonly HashSet<Task> serving = [];
    private IConnectionListener? listener;
    private Task accepting = Task.CompletedTask;

    public int Port { get; private set; }

    public async Task StartAsync(string dialect, string bind, int port, CancellationToken stop)
    {
        SocketTransportFactory transport = new(
            Options.Create(new SocketTransportOptions
            {
                // The session never waits, so it may run where the socket reports; see EdgeOptions.
                UnsafePreferInlineScheduling = true,
                WaitForDataBeforeAllocatingBuffer = false,
            }),
            NullLoggerFactory.Instance);
        try
        {
            listener = await transport.BindAsync(new IPEndPoint(IPAddress.Parse(bind), port), stop);
        }
        catch (Exception e) when (e is AddressInUseException or SocketException or FormatException)
        {
            throw new EdgeStartException($"the edge cannot listen for {dialect} on {bind}:{port}: {e.Message}", e);
        }

        Port = ((IPEndPoint)listener.EndPoint).Port;
        accepting = AcceptAsync(listener);
    }

    public async Task StopAcceptingAsync()
    {
        if (listener is not null)
        {
            await listener.UnbindAsync();
            await accepting;
        }
    }

    // After the connections were aborted.
    public async Task StopAsync()
    {
        Task[] last;
        lock (gate)
        {
            last = [.. serving];
        }

        await Task.WhenAll(last);
        if (listener is not null)
        {
            await listener.DisposeAsync();
        }
    }

    private async Task AcceptAsync(IConnectionListener from)
    {
        while (await from.AcceptAsync() is ConnectionContext context)
        {
            Task task = ServeAsync(context);
            lock (gate)
            {
                serving.Add(task);
            }

            _ = task.ContinueWith(Forget, TaskScheduler.Default);
        }
    }

    private void Forget(Task task)
    {
        lock (gate)
        {
            serving.Remove(task);
        }
    }

    private async Task ServeAsync(ConnectionContext context)
    {
        await using ConnectionContext owned = context;
        FrontConnection connection = new(context, connections);
        if (!connections.TryAdd(connection))
        {
            context.Abort(new ConnectionAbortedException("too many connections"));
            return;
        }

        try
        {
            // A peer that always has more to ask must not keep the loop that accepts, nor whoever stops it, from going on.
            await Task.Yield();
            await loop.RunAsync(connection, newSession());
        }
        finally
        {
            connections.Remove(connection);
        }
    }
}
