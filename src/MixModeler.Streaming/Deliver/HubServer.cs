using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Deliver;

/// <summary>What the hub tells about itself.</summary>
public sealed record HubStatus(
    ulong Instance,
    int Edges,
    int Visitors,
    long HeadSequence,
    string? PlanVersion,
    long? ModelVersion,
    bool IsComplete,
    long RowsApplied,
    long RowsReplayed,
    long RecordsRefused,
    long DecisionsTaken,
    long DecisionBatchesRepeated,
    long DecisionBatchesFailed);

/// <summary>
/// Feeds the edges: keeps the newest row of every visitor, the newest model and the plan, and sends each edge what it lacks.
/// Its inputs are calls; whoever tails the topics makes them, in any order and from any thread.
/// </summary>
public sealed class HubServer : IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly HubOptions options;
    private readonly TimeProvider time;
    private readonly DecisionReceipts receipts;
    private readonly CancellationTokenSource stopping = new();
    private readonly HashSet<HubConnection> connections = [];
    private readonly List<Task> running = [];
    private HubImage image = new(NewInstance());
    private long? modelVersion;
    private long rowsApplied;
    private long rowsReplayed;
    private long recordsRefused;
    private TcpListener? listener;
    private ITimer? ticker;
    private Task accepting = Task.CompletedTask;

    /// <param name="options">Where to listen.</param>
    /// <param name="decisions">Takes what the edges decided; a batch is acknowledged when the task completes.</param>
    /// <param name="time">Clock and timers.</param>
    public HubServer(HubOptions options, DecisionSink decisions, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        receipts = new DecisionReceipts(decisions);
    }

    /// <summary>Where it listens, after <see cref="Start"/>.</summary>
    public int Port { get; private set; }

    internal HubImage Image => Volatile.Read(ref image);

    /// <exception cref="HubStartException">The port is taken, or the address is not one of this machine.</exception>
    public void Start()
    {
        try
        {
            listener = new TcpListener(IPAddress.Parse(options.Bind), options.Port);
            listener.Start();
        }
        catch (Exception e) when (e is SocketException or FormatException)
        {
            throw new HubStartException($"the hub cannot listen on {options.Bind}:{options.Port}: {e.Message}", e);
        }

        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        ticker = time.CreateTimer(_ => Tick(), null, Heartbeat, Heartbeat);
        accepting = AcceptAsync(listener);
    }

    /// <summary>Takes in records of one partition of the topic of scores, in the partition's order.</summary>
    /// <exception cref="InvalidOperationException">No plan was published yet, so rows cannot be read.</exception>
    public HubApplied Apply(RecordBatch batch)
    {
        HubTable table = Image.Table ?? throw new InvalidOperationException("publish a plan before the first scores");
        HubApplied outcome = table.Apply(batch);
        Interlocked.Add(ref rowsApplied, outcome.Applied);
        Interlocked.Add(ref rowsReplayed, outcome.Replayed);
        Interlocked.Add(ref recordsRefused, outcome.Refused);
        if (outcome.Applied > 0)
        {
            WakeAll();
        }

        return outcome;
    }

    /// <summary>The newest version goes to every edge; one that an edge has not taken yet is skipped.</summary>
    public void Publish(ModelDocument model)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(model, DocumentJson.Default.ModelDocument);
        lock (gate)
        {
            modelVersion = model.Version;
            Volatile.Write(ref image, image with { ModelJson = json });
        }

        WakeAll();
    }

    /// <summary>
    /// Switches every edge to a plan. One with other features than before forgets all rows: the caller tails the topic of
    /// scores anew and calls <see cref="CaughtUp"/> again.
    /// </summary>
    /// <exception cref="DecisionPlanException">The document is not valid; the plan before it stays.</exception>
    public void Publish(DecisionDocument document)
    {
        DecisionPlan plan = DecisionPlan.Compile(document);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Default.DecisionDocument);
        lock (gate)
        {
            bool keepsRows = image.Plan is DecisionPlan before && before.Schema.Features.SequenceEqual(plan.Schema.Features);
            HubImage next = keepsRows
                ? image
                : new HubImage(NewInstance()) { Table = new HubTable(plan.Schema), ModelJson = image.ModelJson };
            Volatile.Write(ref image, next with { Plan = plan, PlanJson = json });
        }

        WakeAll();
    }

    /// <summary>
    /// The tails have read what the topics held at the start. Only from here on is a snapshot called complete, so that no
    /// edge becomes ready with half of the visitors.
    /// </summary>
    public void CaughtUp()
    {
        lock (gate)
        {
            Volatile.Write(ref image, image with { IsComplete = true });
        }

        WakeAll();
    }

    public HubStatus Status()
    {
        HubImage now = Image;
        lock (gate)
        {
            return new HubStatus(
                now.Instance,
                connections.Count,
                now.Table?.Visitors ?? 0,
                now.Table?.HeadSequence ?? 0,
                now.Plan?.Document.Version,
                modelVersion,
                now.IsComplete,
                Volatile.Read(ref rowsApplied),
                Volatile.Read(ref rowsReplayed),
                Volatile.Read(ref recordsRefused),
                receipts.Taken,
                receipts.Repeated,
                receipts.Failed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync();
        listener?.Dispose();
        await accepting;
        if (ticker is not null)
        {
            await ticker.DisposeAsync();
        }

        Task[] last;
        lock (gate)
        {
            last = [.. running];
        }

        await Task.WhenAll(last);
        stopping.Dispose();
    }

    private async Task AcceptAsync(TcpListener from)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Socket socket = await from.AcceptSocketAsync(stopping.Token);
                Serve(socket);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The peer was gone before it was accepted, or descriptors ran out: the next one may fare better.
                await Task.Yield();
            }
        }
    }

    private void Serve(Socket socket)
    {
        lock (gate)
        {
            if (connections.Count >= options.EdgesMax)
            {
                socket.Dispose();
                return;
            }

            HubConnection connection = new(socket, this, options, receipts, time);
            connections.Add(connection);
            running.RemoveAll(task => task.IsCompleted);
            running.Add(RunAsync(connection));
        }
    }

    private async Task RunAsync(HubConnection connection)
    {
        await Task.Yield();
        try
        {
            await connection.RunAsync(stopping.Token);
        }
        finally
        {
            lock (gate)
            {
                connections.Remove(connection);
            }
        }
    }

    private void Tick()
    {
        lock (gate)
        {
            foreach (HubConnection connection in connections)
            {
                connection.Tick();
            }
        }
    }

    private void WakeAll()
    {
        lock (gate)
        {
            foreach (HubConnection connection in connections)
            {
                connection.Wake();
            }
        }
    }

    // Drawn, not counted: two hubs, or one before and after a restart, must never be taken for each other. 0 means none.
    private static ulong NewInstance()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) | 1;
    }
}
