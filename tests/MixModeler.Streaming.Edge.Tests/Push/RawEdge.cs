using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Tests.Push;

/// <summary>An edge in so far as it says hello.</summary>
internal sealed class RawEdge : IDisposable
{
    private readonly TcpClient client = new();
    private readonly FrameReader frames = new();
    private PipeReader? input;

    public static async Task<RawEdge> Connect(int port, ulong start)
    {
        RawEdge edge = new();
        await edge.client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        PackedWriter hello = new();
        new HelloMessage("raw", start, 0, 0).Write(hello);
        edge.input = PipeReader.Create(edge.client.GetStream());
        await edge.Send(FrameKind.Hello, hello.WrittenMemory);
        return edge;
    }

    public async Task Send(FrameKind kind, ReadOnlyMemory<byte> payload)
    {
        ArrayBufferWriter<byte> frame = new();
        Frame.Write(frame, kind, payload.Span);
        await client.GetStream().WriteAsync(frame.WrittenMemory, TestContext.Current.CancellationToken);
    }

    public async Task<ReadOnlyMemory<byte>> Expect(FrameKind wanted)
    {
        // A hub that is alive sends heartbeats for ever: bytes alone are no progress.
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Wait.LongDeadline);
        while (true)
        {
            ReadResult read = await input!.ReadAsync(late.Token);
            ReadOnlySequence<byte> buffer = read.Buffer;
            bool isFrame = frames.TryRead(ref buffer, out FrameKind kind, out ReadOnlyMemory<byte> payload);
            byte[] copy = payload.ToArray();
            input.AdvanceTo(buffer.Start, isFrame ? buffer.Start : buffer.End);
            if (isFrame && kind == wanted)
            {
                return copy;
            }

            Assert.False(read.IsCompleted && !isFrame, $"the hub closed before it sent {wanted}");
        }
    }

    public void Dispose() => client.Dispose();
}
