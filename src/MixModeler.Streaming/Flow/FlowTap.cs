namespace MixModeler.Streaming.Flow;

/// <summary>
/// Shows live records of one node to whoever asked. A task looks once for each record whether somebody listens, and copies only
/// those it gives away.
/// </summary>
/// <param name="node">Whose records.</param>
/// <param name="directions">Of <see cref="TappedRecord"/>.</param>
/// <param name="take">Takes what is shown; called on a task's thread, must not wait.</param>
/// <param name="perSecondMax">More than this are not shown.</param>
/// <param name="time">Measures the second.</param>
public sealed class FlowTap(string node, IReadOnlyCollection<string> directions, Action<TappedRecord> take, int perSecondMax, TimeProvider time)
{
    private long second;
    private int shown;
    private long passedOver;

    public string Node => node;

    /// <summary>Records that were not shown because there were too many of them.</summary>
    public long PassedOver => Volatile.Read(ref passedOver);

    /// <summary>Whether this is what is watched, and one more may be shown in this second.</summary>
    internal bool TryTake(string of, string direction)
    {
        if (of != node || !directions.Contains(direction))
        {
            return false;
        }

        long now = time.GetUtcNow().ToUnixTimeSeconds();
        if (Interlocked.Exchange(ref second, now) != now)
        {
            Volatile.Write(ref shown, 0);
        }

        // The count of a full second stops: what comes on top only reads.
        bool may = Volatile.Read(ref shown) < perSecondMax && Interlocked.Increment(ref shown) <= perSecondMax;
        if (!may)
        {
            Interlocked.Increment(ref passedOver);
        }

        return may;
    }

    internal void Take(TappedRecord record) => take(record);
}

/// <summary>One record that passed a node.</summary>
/// <param name="Direction">One of <see cref="In"/>, <see cref="Out"/> and <see cref="Error"/>.</param>
/// <param name="Key">Whose it is; may be empty.</param>
/// <param name="Value">As it stands in the log, or the node's fields as JSON.</param>
public sealed record TappedRecord(string Direction, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)
{
    public const string In = "in";
    public const string Out = "out";
    public const string Error = "error";
}
