using System.Net;
using System.Net.Sockets;

namespace MixModeler.Streaming.Edge.Tests.Push;

/// <summary>Passes bytes between a port of its own and another one, until it is cut or stopped.</summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<Socket> sockets = [];
    private readonly Task accepting;
    private bool isUp = true;

    public Cable(int targetPort)
    {
        TargetPort = targetPort;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    public int TargetPort { get; set; }

    /// <summary>After so many bytes from the hub the connection breaks, once.</summary>
    public long? BreakAfterBytes { get; set; }

    public bool IsUp
    {
        get => Volatile.Read(ref isUp);
        set
        {
            Volatile.Write(ref isUp, value);
            if (!value)
            {
                Cut();
            }
        }
    }

    public void Cut()
    {
        lock (gate)
        {
            foreach (Socket socket in sockets)
            {
                socket.Close(0);
            }

            sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        Cut();
        await accepting.WaitAsync(Wait.Deadline);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket near = await listener.AcceptSocketAsync(stop.Token);
                if (!IsUp)
                {
                    near.Close(0);
                    continue;
                }

                Socket far = new(SocketType.Stream, ProtocolType.Tcp);
                lock (gate)
                {
                    sockets.Add(near);
                    sockets.Add(far);
                }

                _ = PassAsync(near, far);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }

    private async Task PassAsync(Socket near, Socket far)
    {
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, TargetPort, stop.Token);
            await Task.WhenAny(CopyAsync(near, far, isFromHub: false), CopyAsync(far, near, isFromHub: true));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end is gone; so is the other.
        }

        near.Close(0);
        far.Close(0);
    }

    private async Task CopyAsync(Socket from, Socket to, bool isFromHub)
    {
        byte[] buffer = new byte[16 * 1_024];
        long passed = 0;
        try
        {
            while (true)
            {
                int count = await from.ReceiveAsync(buffer, stop.Token);
                if (count == 0)
                {
                    return;
                }

                passed += count;
                if (isFromHub && BreakAfterBytes is long limit && passed > limit)
                {
                    // In the middle of a frame.
                    BreakAfterBytes = null;
                    await to.SendAsync(buffer.AsMemory(0, count / 2), stop.Token);
                    return;
                }

                await to.SendAsync(buffer.AsMemory(0, count), stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return;
        }
    }
}
