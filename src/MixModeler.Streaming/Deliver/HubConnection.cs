using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Deliver;

// One edge: a loop that sends what the edge lacks and waits for the socket, and a loop that takes decisions. The only state
// between "changed" and "sent" is the cursor, so an edge that is slow costs nothing but a position.
internal sealed class HubConnection
{
    private static readonly TimeSpan HelloWithin = TimeSpan.FromSeconds(5);

    // A batch of decisions is some 150 KB: read it in a few calls rather than in forty.
    private static readonly StreamPipeReaderOptions InputOptions = new(bufferSize: 64 * 1_024);

    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Socket socket;
    private readonly HubServer hub;
    private readonly HubOptions options;
    private readonly DecisionReceipts receipts;
    private readonly TimeProvider time;
    private readonly PackedWriter payload = new(64 * 1_024);
    private readonly FrameReader frames = new();
    private readonly List<DecisionLine> lines = [];
    private ulong takenBatch;
    private long flushingSince;
    private int heartbeatDue = 1;

    public HubConnection(Socket socket, HubServer hub, HubOptions options, DecisionReceipts receipts, TimeProvider time)
    {
        this.socket = socket;
        this.hub = hub;
        this.options = options;
        this.receipts = receipts;
        this.time = time;
    }

    public void Wake() => wake.Writer.TryWrite(true);

    // Once a second, from the hub's timer.
    public void Tick()
    {
        long since = Volatile.Read(ref flushingSince);
        if (since != 0 && time.GetElapsedTime(since) > options.StallMax)
        {
            socket.Dispose();
        }

        Volatile.Write(ref heartbeatDue, 1);
        Wake();
    }

    // Ends when either side goes away; never throws for what the edge did.
    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using Socket owned = socket;
        try
        {
            socket.NoDelay = true;
            await using NetworkStream stream = new(socket, ownsSocket: false);
            PipeReader input = PipeReader.Create(stream, InputOptions);
            PipeWriter output = PipeWriter.Create(stream);
            HelloMessage hello = await ReadHelloAsync(input, ending.Token);
            Task receiving = ReceiveAsync(input, hello, ending.Token, stop);
            Task sending = SendAsync(output, hello, ending.Token);
            await Task.WhenAny(receiving, sending);
            await ending.CancelAsync();
            await Task.WhenAll(receiving, sending);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException or OperationCanceledException
            or ObjectDisposedException)
        {
            // The edge went away, sent what is no frame, or the hub stops: the edge comes back if it wants to.
        }
    }

    private async Task<HelloMessage> ReadHelloAsync(PipeReader input, CancellationToken stop)
    {
        using CancellationTokenSource late = new(HelloWithin, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        while (true)
        {
            ReadResult read = await input.ReadAsync(either.Token);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (frames.TryRead(ref buffer, out FrameKind kind, out ReadOnlyMemory<byte> hello))
            {
                HelloMessage message = kind == FrameKind.Hello
                    ? HelloMessage.Read(hello.Span)
                    : throw new InvalidDataException($"push link: an edge began with {kind}");
                input.AdvanceTo(buffer.Start);
                return message;
            }

            ThrowIfOver(read);
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // Decisions are handed on under the hub's own token: a broken connection must not undo what is half way to the log.
    private async Task ReceiveAsync(PipeReader input, HelloMessage hello, CancellationToken ending, CancellationToken stop)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(ending);
            ReadOnlySequence<byte> buffer = read.Buffer;
            while (frames.TryRead(ref buffer, out FrameKind kind, out ReadOnlyMemory<byte> decisions))
            {
                if (kind != FrameKind.Decisions)
                {
                    throw new InvalidDataException($"push link: an edge sent {kind}");
                }

                ulong batch = DecisionBatch.Read(decisions, lines);
                await receipts.TakeAsync(hello.EdgeStart, batch, lines, stop);
                Volatile.Write(ref takenBatch, batch);
                Wake();
            }

            ThrowIfOver(read);
            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private async Task SendAsync(PipeWriter output, HelloMessage hello, CancellationToken ending)
    {
        HubImage image = hub.Image;
        long head = image.Table?.HeadSequence ?? 0;
        bool resumes = hello.Hub == image.Instance && hello.Sequence >= 0 && hello.Sequence <= head;
        long cursor = resumes ? hello.Sequence : 0;
        bool snapshotSent = false;
        byte[]? sentPlan = null;
        byte[]? sentModel = null;
        ulong ackedBatch = 0;
        ulong instance = Welcome(output, image, resumes);
        while (true)
        {
            // Everything of one turn is of one image, and its plan goes first: an edge never gets a row or a model before the plan that
            // says what they mean.
            image = hub.Image;
            if (image.Instance != instance)
            {
                instance = Welcome(output, image, resumes: false);
                (cursor, snapshotSent, sentPlan, sentModel) = (0, false, null, null);
            }

            SendDocument(output, FrameKind.Plan, image.PlanJson, ref sentPlan);
            SendDocument(output, FrameKind.Model, image.ModelJson, ref sentModel);
            ackedBatch = SendAck(output, ackedBatch);
            int rows = SendRows(output, image.Table, ref cursor);
            if (!snapshotSent && image is { IsComplete: true, Table: not null })
            {
                // A row that changes before it was sent moves behind all others: only who has come up to the head has every visitor. A
                // frame that is not full ended there; where the head is by now says nothing while changes come without a pause.
                snapshotSent = rows < options.RowsPerFrame && SendSnapshotEnd(output);
            }

            SendHeartbeat(output, image);
            await FlushAsync(output, ending);
            if (rows == 0)
            {
                await wake.Reader.ReadAsync(ending);
            }
        }
    }

    private ulong Welcome(PipeWriter output, HubImage image, bool resumes)
    {
        payload.Clear();
        new WelcomeMessage(image.Instance, resumes, image.Table?.HeadSequence ?? 0).Write(payload);
        Frame.Write(output, FrameKind.Welcome, payload.Written);
        return image.Instance;
    }

    private static void SendDocument(PipeWriter output, FrameKind kind, byte[]? json, ref byte[]? sent)
    {
        if (json is not null && !ReferenceEquals(json, sent))
        {
            Frame.Write(output, kind, json);
            sent = json;
        }
    }

    private ulong SendAck(PipeWriter output, ulong acked)
    {
        ulong taken = Volatile.Read(ref takenBatch);
        if (taken != acked)
        {
            Span<byte> number = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(number, taken);
            Frame.Write(output, FrameKind.DecisionsAck, number);
        }

        return taken;
    }

    private int SendRows(PipeWriter output, HubTable? table, ref long cursor)
    {
        int rows = table?.Read(ref cursor, payload, options.RowsPerFrame) ?? 0;
        if (rows > 0)
        {
            Frame.Write(output, FrameKind.Rows, payload.Written);
        }

        return rows;
    }

    private static bool SendSnapshotEnd(PipeWriter output)
    {
        Frame.Write(output, FrameKind.SnapshotEnd, []);
        return true;
    }

    private void SendHeartbeat(PipeWriter output, HubImage image)
    {
        if (Interlocked.Exchange(ref heartbeatDue, 0) == 0)
        {
            return;
        }

        payload.Clear();
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        new HeartbeatMessage(now, image.Table?.HeadSequence ?? 0, image.Table?.NewestEventMs ?? 0).Write(payload);
        Frame.Write(output, FrameKind.Heartbeat, payload.Written);
    }

    private async Task FlushAsync(PipeWriter output, CancellationToken ending)
    {
        Volatile.Write(ref flushingSince, time.GetTimestamp());
        await output.FlushAsync(ending);
        Volatile.Write(ref flushingSince, 0);
    }

    private static void ThrowIfOver(ReadResult read)
    {
        if (read.IsCompleted)
        {
            throw new IOException("push link: the edge closed the connection");
        }
    }
}
