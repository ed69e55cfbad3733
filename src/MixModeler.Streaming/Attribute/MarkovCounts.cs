// Hot path, once per journey. Budget: 0 B per journey once every state and edge was seen. Measured by AttributionBench.
using System.Runtime.CompilerServices;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Transition counts of journeys between states of up to <see cref="Order"/> touches, kept while journeys come, change and go. It does
/// what ChannelAttribution 2.2 does: states are the windows of the last k touches (a shorter journey is one shorter state), runs of
/// the same state count as one, each step weighs conversions + nulls, and the last state goes to conversion or null.
/// </summary>
/// <remarks>
/// <para>Taking a journey back undoes adding it. With whole numbers that is exact to the last bit; a count whose last journey is taken
/// back is exactly 0 in any case. Hence late events, restatements and merged identities give what a recount would.</para>
/// <para>With a half-life, a journey of time t weighs 2^(t / half-life): older ones count less beside newer ones, and taking back needs
/// no knowledge of when. Weights are brought down by powers of two, which rounds nothing. Not thread-safe.</para>
/// </remarks>
public sealed class MarkovCounts
{
    public const int OrderMax = 4;

    private const byte Format = 1;
    private const int StepBits = 16;

    // Far from both ends of what a double holds, and journeys this many half-lives apart count nothing beside each other.
    private const int ExponentMax = 256;

    private readonly KeyTable states = new();
    private readonly KeyTable edges = new();
    private readonly double? halfLifeMs;
    private readonly ulong mask;
    private double[] weights = new double[64];
    private long[] edgeUses = new long[64];
    private StateCounts[] ends = new StateCounts[16];
    private int exponent;
    private long newestMs = long.MinValue;

    /// <param name="order">Touches that a state remembers, 1 to 4.</param>
    /// <param name="collapse">Whether the same state twice in a row counts once.</param>
    /// <param name="halfLife">After which a journey counts half; null where all count the same.</param>
    public MarkovCounts(int order, bool collapse = true, TimeSpan? halfLife = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, OrderMax);
        if (halfLife is { } given)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(given, TimeSpan.Zero, nameof(halfLife));
        }

        (Order, Collapse, halfLifeMs) = (order, collapse, halfLife?.TotalMilliseconds);
        mask = order == OrderMax ? ulong.MaxValue : (1UL << (StepBits * order)) - 1;
        states.Intern(0);                         // The start, which remembers nothing.
    }

    public int Order { get; }

    public bool Collapse { get; }

    /// <summary>Conversions, value and nulls in the weight of the newest journey: plain sums where nothing decays.</summary>
    public double Conversions => Sum(static end => end.Conversions);

    public double Value => Sum(static end => end.Value);

    public double Nulls => Sum(static end => end.Nulls);

    internal int States => states.Count;

    internal int Edges => edges.Count;

    /// <summary>Adds journeys of one path.</summary>
    /// <param name="path">Channel per touch, at least one.</param>
    /// <param name="conversions">Of these journeys, how many converted.</param>
    /// <param name="value">What the conversions are worth together.</param>
    /// <param name="nulls">Of these journeys, how many did not convert.</param>
    /// <param name="timeMs">When they ended; of interest only with a half-life.</param>
    public void Add(ReadOnlySpan<int> path, double conversions, double value, double nulls, long timeMs = 0) =>
        Apply(path, conversions, value, nulls, timeMs, 1);

    /// <summary>Takes back what <see cref="Add"/> added with the same arguments.</summary>
    public void Remove(ReadOnlySpan<int> path, double conversions, double value, double nulls, long timeMs = 0) =>
        Apply(path, conversions, value, nulls, timeMs, -1);

    /// <summary>Adds the counts of other journeys, of the same order and without a half-life.</summary>
    internal void Absorb(MarkovCounts other)
    {
        if (halfLifeMs is not null || other.halfLifeMs is not null || Order != other.Order || Collapse != other.Collapse)
        {
            throw new ArgumentException("counts of another kind cannot be added", nameof(other));
        }

        int[] own = new int[other.states.Count];
        for (int state = 0; state < own.Length; state++)
        {
            own[state] = InternState(other.states[state]);
            ends[own[state]].Add(other.ends[state]);
        }

        for (int edge = 0; edge < other.edges.Count; edge++)
        {
            ulong key = other.edges[edge];
            int its = InternEdge(((ulong)(uint)own[(int)(key >> 32)] << 32) | (uint)own[(int)(key & uint.MaxValue)]);
            weights[its] += other.weights[edge];
            edgeUses[its] += other.edgeUses[edge];
        }
    }

    public void Save(PackedWriter to)
    {
        to.Byte(Format);
        to.Byte((byte)Order);
        to.Byte(Collapse ? (byte)1 : (byte)0);
        to.Double(halfLifeMs ?? 0);
        to.VarInt(exponent);
        to.Int64(newestMs);
        to.VarUInt((ulong)states.Count);
        for (int state = 0; state < states.Count; state++)
        {
            to.UInt64(states[state]);
            ends[state].Save(to);
        }

        to.VarUInt((ulong)edges.Count);
        for (int edge = 0; edge < edges.Count; edge++)
        {
            to.UInt64(edges[edge]);
            to.Double(weights[edge]);
            to.VarInt(edgeUses[edge]);
        }
    }

    /// <exception cref="InvalidDataException">The bytes are no counts of this format.</exception>
    public static MarkovCounts Load(ref PackedReader from)
    {
        if (from.Byte() != Format || from.Byte() is not (>= 1 and <= OrderMax and var order))
        {
            throw new InvalidDataException("these are no Markov counts of a known format");
        }

        bool collapse = from.Byte() != 0;
        double halfLife = from.Double();
        MarkovCounts counts = new(order, collapse, halfLife > 0 ? TimeSpan.FromMilliseconds(halfLife) : null)
        {
            exponent = (int)from.VarInt(),
            newestMs = from.Int64(),
        };
        int stateCount = from.Count(8);
        for (int state = 0; state < stateCount; state++)
        {
            counts.InternState(from.UInt64());
            counts.ends[state] = StateCounts.Load(ref from);
        }

        int edgeCount = from.Count(8);
        for (int edge = 0; edge < edgeCount; edge++)
        {
            counts.InternEdge(from.UInt64());
            counts.weights[edge] = from.Double();
            counts.edgeUses[edge] = from.VarInt();
        }

        return counts;
    }

    /// <summary>Touches of a state, newest last; returns how many.</summary>
    internal int ChannelsOf(int state, Span<int> channels)
    {
        int count = 0;
        for (int step = Order - 1; step >= 0; step--)
        {
            int id = (int)((states[state] >> (StepBits * step)) & 0xFFFF);
            if (id > 0)
            {
                channels[count++] = id - 1;
            }
        }

        return count;
    }

    internal (int From, int To, double Weight) Edge(int edge) => edgeUses[edge] == 0
        ? (0, 0, 0)
        : ((int)(edges[edge] >> 32), (int)(edges[edge] & uint.MaxValue), weights[edge]);

    internal StateCounts End(int state) => ends[state];

    private void Apply(ReadOnlySpan<int> path, double conversions, double value, double nulls, long timeMs, int sign)
    {
        ArgumentOutOfRangeException.ThrowIfZero(path.Length, nameof(path));
        if (value != 0 && conversions <= 0)
        {
            throw new ArgumentException("there is a value, but no conversion that could have it", nameof(value));
        }

        double scale = sign;
        if (halfLifeMs is not null)
        {
            newestMs = Math.Max(newestMs, timeMs);
            scale *= WeightAt(timeMs);
        }

        double step = (conversions + nulls) * scale;
        ulong gram = 0;
        int from = 0;
        for (int i = 0; i < path.Length; i++)
        {
            gram = ((gram << StepBits) | (uint)(path[i] + 1)) & mask;
            if (i < Order - 1 && i < path.Length - 1)
            {
                continue;                         // The first window is not full yet.
            }

            int state = InternState(gram);
            if (Collapse && state == from)
            {
                continue;
            }

            int edge = InternEdge(((ulong)(uint)from << 32) | (uint)state);
            edgeUses[edge] += sign;
            weights[edge] = edgeUses[edge] == 0 ? 0 : weights[edge] + step;
            from = state;
        }

        ends[from].Add(conversions * scale, value * scale, nulls * scale, sign);
    }

    private double Sum(Func<StateCounts, double> part)
    {
        double sum = 0;
        for (int state = 0; state < states.Count; state++)
        {
            sum += part(ends[state]);
        }

        return halfLifeMs is null || newestMs == long.MinValue ? sum : sum / WeightAt(newestMs);
    }

    private double WeightAt(long timeMs)
    {
        double halfLives = timeMs / halfLifeMs!.Value;
        if (halfLives - exponent > ExponentMax)
        {
            int down = (int)Math.Floor(halfLives) - exponent;
            exponent += down;
            double factor = Math.ScaleB(1, -down);
            for (int edge = 0; edge < edges.Count; edge++)
            {
                weights[edge] *= factor;
            }

            for (int state = 0; state < states.Count; state++)
            {
                ends[state].Scale(factor);
            }
        }

        return double.Exp2(halfLives - exponent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int InternState(ulong gram)
    {
        int state = states.Intern(gram);
        if (state == ends.Length)
        {
            Array.Resize(ref ends, ends.Length * 2);
        }

        return state;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int InternEdge(ulong key)
    {
        int edge = edges.Intern(key);
        if (edge == weights.Length)
        {
            Array.Resize(ref weights, weights.Length * 2);
            Array.Resize(ref edgeUses, edgeUses.Length * 2);
        }

        return edge;
    }
}
