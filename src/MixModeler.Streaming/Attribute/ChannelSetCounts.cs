// Hot path, once per journey. Budget: 0 B per journey once every set of channels was seen. Measured by AttributionBench.
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// How journeys ended by the set of channels that they touched: what Shapley values that use nulls are computed from. Journeys can
/// be taken back. A set is a path from the root of a tree whose steps are its channels in ascending order.
/// </summary>
public sealed class ChannelSetCounts
{
    private const byte Format = 1;

    private readonly KeyTable nodes = new();
    private StateCounts[] counts = new StateCounts[16];
    private int[] sorted = new int[16];

    /// <summary>Channels that occurred in any journey that was ever added, plus one: the ids are below it.</summary>
    public int ChannelLimit { get; private set; }

    internal int Nodes => nodes.Count;

    /// <summary>Adds journeys of one path; channels may come in any order and more than once.</summary>
    public void Add(ReadOnlySpan<int> path, double conversions, double value, double nulls) => Apply(path, conversions, value, nulls, 1);

    /// <summary>Takes back what <see cref="Add"/> added.</summary>
    public void Remove(ReadOnlySpan<int> path, double conversions, double value, double nulls) => Apply(path, -conversions, -value, -nulls, -1);

    /// <summary>Adds the counts of other journeys.</summary>
    internal void Absorb(ChannelSetCounts other)
    {
        int[] own = new int[other.nodes.Count];
        for (int node = 0; node < own.Length; node++)
        {
            // A set stands behind the set that it extends.
            int parent = (int)(other.nodes[node] >> 32) - 1;
            own[node] = Node(((ulong)(uint)((parent < 0 ? -1 : own[parent]) + 1) << 32) | (uint)(other.nodes[node] & uint.MaxValue));
            counts[own[node]].Add(other.counts[node]);
        }

        ChannelLimit = Math.Max(ChannelLimit, other.ChannelLimit);
    }

    public void Save(PackedWriter to)
    {
        to.Byte(Format);
        to.VarUInt((ulong)ChannelLimit);
        to.VarUInt((ulong)nodes.Count);
        for (int node = 0; node < nodes.Count; node++)
        {
            to.UInt64(nodes[node]);
            counts[node].Save(to);
        }
    }

    /// <exception cref="InvalidDataException">The bytes are no counts of this format.</exception>
    public static ChannelSetCounts Load(ref PackedReader from)
    {
        if (from.Byte() != Format)
        {
            throw new InvalidDataException("these are no counts of channel sets of a known format");
        }

        ChannelSetCounts loaded = new() { ChannelLimit = (int)from.VarUInt() };
        int count = from.Count(8);
        for (int node = 0; node < count; node++)
        {
            loaded.Node(from.UInt64());
            loaded.counts[node] = StateCounts.Load(ref from);
        }

        return loaded;
    }

    internal StateCounts Count(int node) => counts[node];

    /// <summary>Channels of a set, descending; returns how many.</summary>
    internal int ChannelsOf(int node, Span<int> channels)
    {
        int count = 0;
        for (int at = node; at >= 0; at = (int)(nodes[at] >> 32) - 1)
        {
            channels[count++] = (int)(nodes[at] & uint.MaxValue);
        }

        return count;
    }

    private void Apply(ReadOnlySpan<int> path, double conversions, double value, double nulls, int sign)
    {
        ArgumentOutOfRangeException.ThrowIfZero(path.Length, nameof(path));
        int size = Sort(path);
        int parent = -1;
        for (int i = 0; i < size; i++)
        {
            parent = Node(((ulong)(uint)(parent + 1) << 32) | (uint)sorted[i]);
        }

        ChannelLimit = Math.Max(ChannelLimit, sorted[size - 1] + 1);
        counts[parent].Add(conversions, value, nulls, sign);
    }

    // By insertion, without repeats: sets of a journey are small.
    private int Sort(ReadOnlySpan<int> path)
    {
        int size = 0;
        foreach (int channel in path)
        {
            int at = size;
            while (at > 0 && sorted[at - 1] > channel)
            {
                at--;
            }

            if (at > 0 && sorted[at - 1] == channel)
            {
                continue;
            }

            if (size == sorted.Length)
            {
                Array.Resize(ref sorted, size * 2);
            }

            Array.Copy(sorted, at, sorted, at + 1, size - at);
            sorted[at] = channel;
            size++;
        }

        return size;
    }

    private int Node(ulong key)
    {
        int node = nodes.Intern(key);
        if (node == counts.Length)
        {
            Array.Resize(ref counts, node * 2);
        }

        return node;
    }
}
