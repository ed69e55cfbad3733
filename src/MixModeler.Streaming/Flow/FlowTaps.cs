namespace MixModeler.Streaming.Flow;

/// <summary>Everybody who is shown live records by the tasks of a process. Safe from any thread.</summary>
public sealed class FlowTaps
{
    private readonly Lock gate = new();
    private FlowTap[]? listening;

    /// <summary>Null while nobody listens, which is what it costs then.</summary>
    internal FlowTap[]? Listening => Volatile.Read(ref listening);

    public int Count => Listening?.Length ?? 0;

    public void Add(FlowTap tap)
    {
        lock (gate)
        {
            Volatile.Write(ref listening, [.. listening ?? [], tap]);
        }
    }

    public void Remove(FlowTap tap)
    {
        lock (gate)
        {
            FlowTap[] left = [.. (listening ?? []).Where(each => each != tap)];
            Volatile.Write(ref listening, left.Length == 0 ? null : left);
        }
    }

    /// <summary>A record that already stands somewhere as bytes.</summary>
    internal void Show(string node, string direction, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        foreach (FlowTap tap in Listening ?? [])
        {
            if (tap.TryTake(node, direction))
            {
                tap.Take(new TappedRecord(direction, key.ToArray(), value.ToArray()));
            }
        }
    }
}
