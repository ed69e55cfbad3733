namespace MixModeler.Streaming.Explain;

/// <summary>Outputs of one version that wait for their counterparts, in the order of their origins. Bounded by its owner.</summary>
internal sealed class OpenOutputs
{
    private const int MatchedMax = 1_024;

    private readonly Dictionary<OutputPlace, ComparedOutput> byPlace = [];
    private readonly SortedDictionary<(OutputKind Kind, int Partition), Lane> lanes = [];

    private sealed class Lane
    {
        /// <summary>Also places that are matched by now; the first one never is.</summary>
        public Queue<OutputPlace> Order { get; set; } = new();

        public OutputPlace? Newest { get; set; }
    }

    public int Count => byPlace.Count;

    /// <summary>False where this side has sent an output of this or of a later origin already: a repetition.</summary>
    public bool Advance(OutputPlace place)
    {
        Lane lane = LaneOf(place);
        if (lane.Newest is { } newest && place.Origin <= newest.Origin)
        {
            return false;
        }

        lane.Newest = place;
        return true;
    }

    public void Add(ComparedOutput output)
    {
        byPlace.Add(output.Place, output);
        Lane lane = LaneOf(output.Place);
        lane.Order.Enqueue(output.Place);
        if (lane.Order.Count > 2 * byPlace.Count + MatchedMax)
        {
            lane.Order = new Queue<OutputPlace>(lane.Order.Where(byPlace.ContainsKey));
        }
    }

    public bool TryTake(OutputPlace place, out ComparedOutput? output)
    {
        bool found = byPlace.Remove(place, out output);
        Queue<OutputPlace> order = LaneOf(place).Order;
        while (order.TryPeek(out OutputPlace first) && !byPlace.ContainsKey(first))
        {
            order.Dequeue();
        }

        return found;
    }

    /// <summary>Takes out what stands below an offset of a partition: no counterpart will come.</summary>
    public IEnumerable<ComparedOutput> TakeBelow(int partition, long offset)
    {
        foreach (((_, int of), Lane lane) in lanes)
        {
            while (of == partition && lane.Order.TryPeek(out OutputPlace place) && place.Origin.Offset < offset)
            {
                lane.Order.Dequeue();
                if (byPlace.Remove(place, out ComparedOutput? output))
                {
                    yield return output;
                }
            }
        }
    }

    /// <summary>Takes out everything.</summary>
    public IEnumerable<ComparedOutput> TakeAll() =>
        [.. lanes.Keys.Select(lane => lane.Partition).Distinct().Order().SelectMany(partition => TakeBelow(partition, long.MaxValue))];

    /// <summary>Forgets the oldest of the fullest lane.</summary>
    public void ForgetOldest()
    {
        Lane fullest = lanes.Values.MaxBy(lane => lane.Order.Count)!;
        while (fullest.Order.TryDequeue(out OutputPlace place) && !byPlace.Remove(place))
        {
        }
    }

    private Lane LaneOf(OutputPlace place)
    {
        if (!lanes.TryGetValue((place.Kind, place.Partition), out Lane? lane))
        {
            lanes.Add((place.Kind, place.Partition), lane = new Lane());
        }

        return lane;
    }
}
