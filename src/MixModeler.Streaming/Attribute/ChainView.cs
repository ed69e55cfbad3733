namespace MixModeler.Streaming.Attribute;

/// <summary>
/// The chain of some counts as a solver takes it: only states and edges with weight, state 0 is the start. Weights can be replaced
/// (by draws) while the shape stays. Buffers are kept between uses.
/// </summary>
internal sealed class ChainView
{
    private int[] compact = [];
    private int[] channels = [];
    private int[] channelStarts = [];

    public int States { get; private set; }

    public int Edges { get; private set; }

    public int[] From { get; private set; } = [];

    public int[] To { get; private set; } = [];

    public double[] Weights { get; private set; } = [];

    public double[] Conversions { get; private set; } = [];

    /// <summary>Value of the conversions of a state: its conversions times what one was worth there on average.</summary>
    public double[] Values { get; private set; } = [];

    public double[] Nulls { get; private set; } = [];

    /// <summary>Touches that a state stands for; none for the start.</summary>
    public ReadOnlySpan<int> ChannelsOf(int state) => channels.AsSpan(channelStarts[state], channelStarts[state + 1] - channelStarts[state]);

    public bool Has(int state, int channel) => ChannelsOf(state).Contains(channel);

    public void Take(MarkovCounts counts)
    {
        Reserve(counts.States, counts.Edges);
        Array.Fill(compact, -1, 0, counts.States);
        States = 0;
        Edges = 0;
        channelStarts[0] = 0;
        TakeState(counts, 0);
        for (int e = 0; e < counts.Edges; e++)
        {
            (int from, int to, double weight) = counts.Edge(e);
            if (weight <= 0)
            {
                continue;
            }

            TakeState(counts, from);
            TakeState(counts, to);
            (From[Edges], To[Edges], Weights[Edges]) = (compact[from], compact[to], weight);
            Edges++;
        }
    }

    private void TakeState(MarkovCounts counts, int state)
    {
        if (compact[state] >= 0)
        {
            return;
        }

        int at = States++;
        compact[state] = at;
        StateCounts end = counts.End(state);
        (Conversions[at], Values[at], Nulls[at]) = (Math.Max(0, end.Conversions), Math.Max(0, end.Value), Math.Max(0, end.Nulls));
        channelStarts[at + 1] = channelStarts[at] + counts.ChannelsOf(state, channels.AsSpan(channelStarts[at]));
    }

    private void Reserve(int states, int edges)
    {
        if (compact.Length < states)
        {
            int room = states * 2;
            compact = new int[room];
            channels = new int[room * MarkovCounts.OrderMax];
            channelStarts = new int[room + 1];
            (Conversions, Values, Nulls) = (new double[room], new double[room], new double[room]);
        }

        if (From.Length < edges)
        {
            int room = edges * 2;
            (From, To, Weights) = (new int[room], new int[room], new double[room]);
        }
    }
}
