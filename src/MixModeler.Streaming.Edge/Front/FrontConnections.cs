using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace MixModeler.Streaming.Edge.Front;

// All open connections of both fronts: how many there may be, and which of them have kept us waiting too long. Looked
// through once a second, so that no connection needs a timer of its own and no request reads a clock for its deadline.
internal sealed class FrontConnections : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly HashSet<FrontConnection> open = [];
    private readonly TimeProvider time;
    private readonly int most;
    private readonly ITimer ticker;
    private int tick;
    private byte[] dateLine;

    public FrontConnections(int connectionsMax, TimeProvider time)
    {
        this.time = time;
        most = connectionsMax;
        dateLine = MakeDateLine();
        ticker = time.CreateTimer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public int Count
    {
        get
        {
            lock (gate)
            {
                return open.Count;
            }
        }
    }

    // Seconds since the start.
    public int NowTick => Volatile.Read(ref tick);

    // The header line `Date: …` with its line end.
    public ReadOnlySpan<byte> DateLine => Volatile.Read(ref dateLine);

    public bool TryAdd(FrontConnection connection)
    {
        lock (gate)
        {
            return open.Count < most && open.Add(connection);
        }
    }

    public void Remove(FrontConnection connection)
    {
        lock (gate)
        {
            open.Remove(connection);
        }
    }

    public void AbortAll()
    {
        foreach (FrontConnection connection in Snapshot())
        {
            connection.Abort("the edge stops");
        }
    }

    public ValueTask DisposeAsync() => ticker.DisposeAsync();

    private void Tick()
    {
        int now = Interlocked.Increment(ref tick);
        Volatile.Write(ref dateLine, MakeDateLine());
        foreach (FrontConnection connection in Snapshot())
        {
            if (connection.IsLate(now))
            {
                connection.Abort("too slow");
            }
        }
    }

    private FrontConnection[] Snapshot()
    {
        lock (gate)
        {
            return [.. open];
        }
    }

    private byte[] MakeDateLine() => Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"Date: {time.GetUtcNow():R}\r\n"));
}

// One connection, and until when it must have moved on.
internal sealed class FrontConnection(ConnectionContext context, FrontConnections all)
{
    private int deadline = int.MaxValue;

    public ConnectionContext Context { get; } = context;

    public void MoveOnWithin(int seconds) => Volatile.Write(ref deadline, all.NowTick + seconds);

    public bool IsLate(int now) => now > Volatile.Read(ref deadline);

    public void Abort(string why) => Context.Abort(new ConnectionAbortedException(why));
}
