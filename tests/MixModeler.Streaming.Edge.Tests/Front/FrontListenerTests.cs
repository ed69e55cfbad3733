using System.IO.Pipelines;
using System.Net.Sockets;
using MixModeler.Streaming.Edge.Front;

namespace MixModeler.Streaming.Edge.Tests.Front;

public sealed class FrontListenerTests
{
    [Fact]
    public async Task A_connection_that_keeps_its_thread_busy_keeps_no_other_from_being_accepted()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        await using FrontConnections connections = new(10, TimeProvider.System);
        using CancellationTokenSource bothAreServed = new(Wait.LongDeadline);
        int sessions = 0;
        FrontListener listener = new(connections, new FrontLoop(TimeProvider.System), () => new Session(Serve));
        await listener.StartAsync("RESP", "127.0.0.1", 0, stop);
        using TcpClient first = new();
        await first.ConnectAsync("127.0.0.1", listener.Port, stop);
        await first.GetStream().WriteAsync("x"u8.ToArray(), stop);
        await Wait.Until(() => Volatile.Read(ref sessions) == 1, "the first is served");
        using TcpClient second = new();
        await second.ConnectAsync("127.0.0.1", listener.Port, stop);
        await second.GetStream().WriteAsync("x"u8.ToArray(), stop);

        await Wait.Until(() => Volatile.Read(ref sessions) == 2, "the second is served beside the first");

        await bothAreServed.CancelAsync();
        await listener.StopAcceptingAsync().WaitAsync(Wait.Deadline, stop);
        connections.AbortAll();
        await listener.StopAsync().WaitAsync(Wait.Deadline, stop);

        // As a peer does that asks on and on: the thread that begins with it does not come back.
        void Serve()
        {
            Interlocked.Increment(ref sessions);
            bothAreServed.Token.WaitHandle.WaitOne();
        }
    }

    private sealed class Session : IFrontSession
    {
        public Session(Action begin) => begin();

        public FrontStep Answer(ReadOnlySpan<byte> bytes, PipeWriter output, long nowMs, out int consumed)
        {
            consumed = bytes.Length;
            return FrontStep.Read;
        }
    }
}
