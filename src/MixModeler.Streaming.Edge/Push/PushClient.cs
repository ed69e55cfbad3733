using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Push;

/// <summary>
/// The connection to the hub: comes up again by itself and goes on where it was. Without a hub the edge decides with what it
/// has, and says how old that is.
/// </summary>
internal sealed class PushClient(EdgeOptions options, EdgeState state, PushCounters counters, DecisionOutbox outbox, TimeProvider time)
{
    // A hub sends a heartbeat each second: five missing ones are no accident.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BackOffMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan BackOffMax = TimeSpan.FromSeconds(2);

    // A connection that lived this long was a good one: come back at once.
    private static readonly TimeSpan LivedLong = TimeSpan.FromSeconds(1);

    // How long a lone decision may wait for company.
    private static readonly TimeSpan SendEvery = TimeSpan.FromMilliseconds(20);

    // A frame of rows is some 50 KB: read it in one call rather than in a dozen.
    private static readonly StreamPipeReaderOptions InputOptions = new(bufferSize: 64 * 1_024);

    private readonly PushReceiver receiver = new(state, counters, options.VisitorsMax, time);
    private readonly FrameReader frames = new();
    private readonly ulong edgeStart = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private long heard;

    public async Task RunAsync(CancellationToken stop)
    {
        TimeSpan backOff = BackOffMin;
        while (!stop.IsCancellationRequested)
        {
            long began = time.GetTimestamp();
            try
            {
                await ServeAsync(stop);
            }
            catch (Exception e) when (e is SocketException or IOException or InvalidDataException or OperationCanceledException
                or ObjectDisposedException)
            {
                counters.Problem = stop.IsCancellationRequested ? counters.Problem : $"hub: {e.Message}";
            }

            counters.IsConnected = false;
            backOff = time.GetElapsedTime(began) > LivedLong ? BackOffMin : Min(backOff * 2, BackOffMax);
            await PauseAsync(Jitter(backOff), stop);
        }
    }

    private async Task ServeAsync(CancellationToken stop)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(options.HubHost, options.HubPort, stop);
        counters.Connects++;
        Volatile.Write(ref heard, time.GetTimestamp());
        await using ITimer watch = time.CreateTimer(_ => CutIfSilent(socket), null, SilenceMax / 5, SilenceMax / 5);
        await using NetworkStream stream = new(socket, ownsSocket: false);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        PipeWriter output = PipeWriter.Create(stream);
        SayHello(output);
        outbox.Rewind();
        Task receiving = ReceiveAsync(PipeReader.Create(stream, InputOptions), ending.Token);
        Task sending = SendAsync(output, ending.Token);
        Task first = await Task.WhenAny(receiving, sending);
        await ending.CancelAsync();
        await Task.WhenAll(receiving, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private void SayHello(PipeWriter output)
    {
        PackedWriter hello = new();
        new HelloMessage(options.Name, edgeStart, counters.Hub, counters.Sequence).Write(hello);
        Frame.Write(output, FrameKind.Hello, hello.Written);
    }

    private async Task ReceiveAsync(PipeReader input, CancellationToken ending)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(ending);
            ReadOnlySequence<byte> buffer = read.Buffer;
            while (frames.TryRead(ref buffer, out FrameKind kind, out ReadOnlyMemory<byte> payload))
            {
                Volatile.Write(ref heard, time.GetTimestamp());
                counters.LastHeardMs = time.GetUtcNow().ToUnixTimeMilliseconds();
                On(kind, payload.Span);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                throw new IOException("it closed the connection");
            }
        }
    }

    private void On(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        if (kind == FrameKind.Welcome)
        {
            receiver.OnWelcome(payload);
            counters.IsConnected = true;
        }
        else if (!counters.IsConnected)
        {
            throw new InvalidDataException($"push link: the hub began with {kind}");
        }
        else if (kind == FrameKind.DecisionsAck)
        {
            counters.DecisionsSafe += outbox.Acknowledge(payload);
        }
        else if (!receiver.On(kind, payload))
        {
            throw new InvalidDataException($"push link: the hub sent {kind}");
        }
    }

    private async Task SendAsync(PipeWriter output, CancellationToken ending)
    {
        using PeriodicTimer timer = new(SendEvery, time);
        await output.FlushAsync(ending);
        do
        {
            while (WriteBatch(output))
            {
                await output.FlushAsync(ending);
            }
        }
        while (await timer.WaitForNextTickAsync(ending));
    }

    private bool WriteBatch(PipeWriter output)
    {
        if (!outbox.TryNext(out ReadOnlySpan<byte> payload))
        {
            return false;
        }

        Frame.Write(output, FrameKind.Decisions, payload);
        return true;
    }

    private void CutIfSilent(Socket socket)
    {
        if (time.GetElapsedTime(Volatile.Read(ref heard)) > SilenceMax)
        {
            socket.Dispose();
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stop) =>
        await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // Edges that lost the same hub must not come back in step.
    private static TimeSpan Jitter(TimeSpan pause) => pause * (0.5 + RandomNumberGenerator.GetInt32(1_000) / 2_000.0);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
