using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

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
    private readonly Func<string, TopologyPlan?> planOf;
    private readonly ConcurrentDictionary<string, TopologyPlan> ran = [];
    private HubImage image = new(NewInstance());
    private ModelDocument? waiting;
    private long rowsApplied;
    private long rowsReplayed;
    private long recordsRefused;
    private TcpListener? listener;
    private ITimer? ticker;
    private Task accepting = Task.CompletedTask;

    /// <param name="options">Where to listen.</param>
    /// <param name="decisions">Takes what the edges decided; a batch is acknowledged when the task completes.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="planOf">Finds a version of the topology that rows name, also while it is only prepared; null where none is known.</param>
    public HubServer(HubOptions options, DecisionSink decisions, TimeProvider time, Func<string, TopologyPlan?>? planOf = null)
    {
        this.planOf = planOf ?? (static _ => null);
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
        HubApplied outcome = ApplyToCurrent(batch);
        Interlocked.Add(ref rowsApplied, outcome.Applied);
        Interlocked.Add(ref rowsReplayed, outcome.Replayed);
        Interlocked.Add(ref recordsRefused, outcome.Refused);
        if (outcome.Applied > 0)
        {
            WakeAll();
        }

        return outcome;
    }

    /// <summary>
    /// The newest version goes to every edge; one that an edge has not taken yet is skipped. One over other inputs than the plan's
    /// waits for the plan that has them.
    /// </summary>
    public void Publish(ModelDocument model)
    {
        lock (gate)
        {
            if (image.Plan is { } plan && !Fits(model, plan, image.Topology))
            {
                waiting = model;
                return;
            }

            SetImage(image with { Model = model, ModelJson = JsonOf(model) });
        }

        WakeAll();
    }

    /// <summary>
    /// Switches every edge to a plan. One of another layout than before forgets all rows: the caller tails the topic of scores anew
    /// and calls <see cref="CaughtUp"/> again.
    /// </summary>
    /// <exception cref="DecisionPlanException">The document is not valid; the plan before it stays.</exception>
    public void Publish(DecisionDocument document)
    {
        DecisionPlan plan = DecisionPlan.Compile(document);
        lock (gate)
        {
            bool keepsModel = image.Plan is null || (image.Model is { } model && Fits(model, plan, null));
            HubImage next = image.Plan is { } before && before.Document.HasLayoutOf(document)
                ? image
                : new HubImage(NewInstance())
                {
                    Table = new HubTable(plan.Schema),
                    Model = keepsModel ? image.Model : null,
                    ModelJson = keepsModel ? image.ModelJson : null,
                };
            SetImage(next with { Plan = plan, PlanJson = JsonOf(document) });
        }

        WakeAll();
    }

    /// <summary>
    /// Switches every edge to a version of the topology. Rows go on in its layout: what it shares with the version before is kept,
    /// features that it has not are dropped, those that it makes anew are unknown until their visitor's next event. So does the model,
    /// until one over the new inputs comes. The first call begins with no rows.
    /// </summary>
    /// <exception cref="DecisionPlanException">Its decisions are not valid; the version before it stays.</exception>
    public void Switch(TopologyPlan next)
    {
        ArgumentNullException.ThrowIfNull(next);
        DecisionDocument document = next.Decisions with { Layout = RowLayouts.NameOf(next) };
        DecisionPlan plan = DecisionPlan.Compile(document);
        ran[next.Version] = next;
        lock (gate)
        {
            HubImage before = image;
            HubImage after = before with { Topology = next, Plan = plan, PlanJson = JsonOf(document) };
            if (before.Plan is null || !before.Plan.Document.HasLayoutOf(document))
            {
                ModelDocument? model = ModelFor(next, plan, before);
                byte[]? modelJson = model is null ? null : JsonOf(model);
                // Last of all: once the rows have moved, whoever brings more of them waits for the new table to stand.
                after = after with
                {
                    Instance = NewInstance(),
                    Table = before is { Topology: { } from, Table: { } rows }
                        ? rows.MoveTo(next, PlanOf, StateMapping.Between(from, next))
                        : new HubTable(next, PlanOf),
                    IsComplete = before.Topology is not null && before.IsComplete,
                    Model = model,
                    ModelJson = modelJson,
                };
            }

            SetImage(after);
        }

        WakeAll();

        // Rows of the version before go on coming until the last partition has switched, whoever else knows that version or not.
        TopologyPlan? PlanOf(string version) => ran.TryGetValue(version, out TopologyPlan? earlier) ? earlier : planOf(version);
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
                now.Model?.Version,
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

    private HubApplied ApplyToCurrent(RecordBatch batch)
    {
        while (true)
        {
            HubTable table = Image.Table ?? throw new InvalidOperationException("publish a plan before the first scores");
            if (table.TryApply(batch) is { } outcome)
            {
                return outcome;
            }

            // The rows are on their way to another layout: whoever moves them holds the gate until the new table stands.
            lock (gate)
            {
            }
        }
    }

    private ModelDocument? ModelFor(TopologyPlan next, DecisionPlan plan, HubImage before)
    {
        if (waiting is { } come && Fits(come, plan, next))
        {
            return come;
        }

        return before is { Topology: { } from, Model: { } model } && ModelMapping.Carries(from, next) ? ModelMapping.Map(model, from, next) : null;
    }

    private static bool Fits(ModelDocument model, DecisionPlan plan, TopologyPlan? topology)
    {
        bool sameLabel = topology?.Model is null || model.LabelId is null || model.LabelId == LabelId.Text(LabelId.Of(topology));
        return sameLabel && model.Inputs.AsSpan().SequenceEqual(plan.Schema.InputNames.AsSpan())
            && (topology?.Model is null || topology.Model.Name == model.Model);
    }

    private void SetImage(HubImage next) => Volatile.Write(ref image, next);

    private static byte[] JsonOf(ModelDocument model) => JsonSerializer.SerializeToUtf8Bytes(model, DocumentJson.Default.ModelDocument);

    private static byte[] JsonOf(DecisionDocument plan) => JsonSerializer.SerializeToUtf8Bytes(plan, DocumentJson.Default.DecisionDocument);

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
