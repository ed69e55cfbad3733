using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// Compares what two versions of a topology make of the same records: the left one (in force) and the right one (proposed).
/// Outputs are matched by the event that caused them, so it does not matter how far one side runs ahead, within bounds.
/// Thread-safe. Costs some microseconds an output and allocates: not for the event path of an engine without a shadow.
/// </summary>
/// <remarks>
/// <code>
/// Left(…), Right(…)      every output of either side, in the order in which each side sent them
/// Settle(p, offset)      both sides have applied partition p below this offset: what has no counterpart never gets one
/// Complete()             both sides have ended
/// ToReport()             what is known so far
/// </code>
/// Memory is bounded: <see cref="DivergenceOptions"/>. Beyond the bounds visitors are sampled by their hash and the oldest
/// unmatched outputs are given up; the report says how many.
/// </remarks>
public sealed class Divergence
{
    private readonly Lock gate = new();
    private readonly Side left;
    private readonly Side right;
    private readonly FeatureTally features;
    private readonly ScoreTally scores = new();
    private readonly VisitorTally visitors;
    private readonly SortedDictionary<string, long[]> reasons = new(StringComparer.Ordinal);
    private readonly Tally[] tallies = [new(), new(), new()];
    private readonly List<string> examples = [];
    private readonly DivergenceOptions options;
    private readonly Dictionary<int, long> begins = [];
    private long givenUp;
    private long repeated;
    private long unreadable;

    private sealed record Side(int Index, ComparedOutputs Outputs, OpenOutputs Open);

    private sealed class Tally
    {
        public long[] Sent { get; } = new long[2];

        public long[] Only { get; } = new long[2];

        public long Same { get; set; }

        public long Different { get; set; }
    }

    /// <exception cref="Score.DecisionPlanException">A topology's rules do not hold together.</exception>
    public Divergence(TopologyPlan left, TopologyPlan right, DivergenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        this.options = options ?? new DivergenceOptions();
        this.left = new Side(0, new ComparedOutputs(left), new OpenOutputs());
        this.right = new Side(1, new ComparedOutputs(right), new OpenOutputs());
        features = new FeatureTally(left.Schema, right.Schema);
        visitors = new VisitorTally(left, right, features.Shared.Length, this.options.VisitorsMax);
    }

    /// <summary>What comes from records of a source partition below this offset is not compared: only one side sends it.</summary>
    public void Begin(int partition, long offset)
    {
        lock (gate)
        {
            begins[partition] = offset;
        }
    }

    /// <summary>An output of the left version; the value is not kept.</summary>
    public void Left(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Take(left, right, topic, key, value);

    /// <summary>An output of the right version; the value is not kept.</summary>
    public void Right(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Take(right, left, topic, key, value);

    /// <summary>Both versions have applied everything of a source partition below this offset.</summary>
    public void Settle(int partition, long nextOffset)
    {
        lock (gate)
        {
            Alone(left.Open.TakeBelow(partition, nextOffset), left);
            Alone(right.Open.TakeBelow(partition, nextOffset), right);
        }
    }

    /// <summary>Both versions have ended: what has no counterpart now never gets one.</summary>
    public void Complete()
    {
        lock (gate)
        {
            Alone(left.Open.TakeAll(), left);
            Alone(right.Open.TakeAll(), right);
        }
    }

    public DivergenceReport ToReport()
    {
        lock (gate)
        {
            DivergenceReport report = new()
            {
                Left = Name(left),
                Right = Name(right),
                Features = features.ToReport(visitors),
                FeaturesOnlyLeft = features.OnlyLeft,
                FeaturesOnlyRight = features.OnlyRight,
                Scores = scores.ToReport(),
                Decisions = visitors.Decisions(),
                Visitors = visitors.Count,
                VisitorShare = visitors.Share,
                Waiting = left.Open.Count + right.Open.Count,
                GivenUp = givenUp,
                Repeated = repeated,
                Unreadable = unreadable,
                Examples = [.. examples],
            };
            for (int kind = 0; kind < tallies.Length; kind++)
            {
                Tally tally = tallies[kind];
                report.Outputs.Add(
                    NameOf((OutputKind)kind),
                    new OutputDivergence(tally.Sent[0], tally.Sent[1], tally.Same, tally.Different, tally.Only[0], tally.Only[1]));
            }

            foreach ((string reason, long[] counts) in reasons)
            {
                report.DeadLetters.Add(reason, new ReasonDivergence(counts[0], counts[1]));
            }

            report.IsEmpty = givenUp + unreadable + report.Waiting == 0
                && report.FeaturesOnlyLeft.Length + report.FeaturesOnlyRight.Length == 0
                && report.Outputs.Values.All(o => o.Different + o.OnlyLeft + o.OnlyRight == 0)
                && report.Decisions.All(d => d.Different == 0);
            return report;
        }
    }

    private void Take(Side mine, Side other, string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        lock (gate)
        {
            ComparedOutput? output;
            try
            {
                output = mine.Outputs.Read(topic, key, value);
            }
            catch (InvalidDataException)
            {
                unreadable++;
                return;
            }

            if (output is null || output.Place.Origin.Offset < begins.GetValueOrDefault(output.Place.Partition))
            {
                return;
            }

            if (!mine.Open.Advance(output.Place))
            {
                repeated++;
                return;
            }

            Count(mine, output);
            if (other.Open.TryTake(output.Place, out ComparedOutput? counterpart))
            {
                Compare(mine.Index == 0 ? output : counterpart!, mine.Index == 0 ? counterpart! : output);
                return;
            }

            mine.Open.Add(output);
            if (mine.Open.Count > options.WaitingMax)
            {
                mine.Open.ForgetOldest();
                givenUp++;
            }
        }
    }

    private void Count(Side side, ComparedOutput output)
    {
        tallies[(int)output.Place.Kind].Sent[side.Index]++;
        if (output.Place.Kind == OutputKind.Scores)
        {
            visitors.Scored(side.Index, output);
        }
        else if (output.Place.Kind == OutputKind.DeadLetter)
        {
            (reasons.TryGetValue(output.Reason, out long[]? counts) ? counts : reasons[output.Reason] = new long[2])[side.Index]++;
        }
    }

    private void Compare(ComparedOutput ours, ComparedOutput theirs)
    {
        bool same = ours.Visitor == theirs.Visitor && ours.AtMs == theirs.AtMs && ours.Label == theirs.Label && ours.Reason == theirs.Reason;
        if (ours.Place.Kind == OutputKind.Scores)
        {
            same &= features.Compare(ours, theirs, visitors);
            same &= scores.Compare(ours, theirs);
        }
        else
        {
            same &= features.AreSame(ours, theirs);
        }

        Tally tally = tallies[(int)ours.Place.Kind];
        if (same)
        {
            tally.Same++;
            return;
        }

        tally.Different++;
        Remember(ours.Place, Describe(ours, theirs));
    }

    private void Alone(IEnumerable<ComparedOutput> outputs, Side side)
    {
        foreach (ComparedOutput output in outputs)
        {
            tallies[(int)output.Place.Kind].Only[side.Index]++;
            Remember(output.Place, $"only {(side.Index == 0 ? "left" : "right")}{(output.Reason.Length > 0 ? $": {output.Reason}" : "")}");
        }
    }

    private void Remember(OutputPlace place, string difference)
    {
        if (examples.Count < options.ExamplesMax)
        {
            examples.Add($"{NameOf(place.Kind)} of {left.Outputs.Plan.Topics.Events}/{place.Partition}@{place.Origin.Offset}: {difference}");
        }
    }

    private string Describe(ComparedOutput ours, ComparedOutput theirs)
    {
        if (ours.Place.Kind == OutputKind.DeadLetter)
        {
            return $"{ours.Reason} → {theirs.Reason}";
        }

        if (ours.Visitor != theirs.Visitor)
        {
            return "another visitor";
        }

        string differing = string.Join(", ", features.Differing(ours, theirs).Take(3));
        string of = differing.Length > 0 ? differing : ours.Label != theirs.Label ? "label" : ours.AtMs != theirs.AtMs ? "time" : "";
        return ours.Place.Kind == OutputKind.Scores ? FormattableString.Invariant($"score {ours.Score:0.######} → {theirs.Score:0.######}")
            + (of.Length > 0 ? $", {of}" : "") : of;
    }

    private static string Name(Side side) => $"{side.Outputs.Plan.Name}@{side.Outputs.Plan.Version}";

    private static string NameOf(OutputKind kind) => kind switch
    {
        OutputKind.Scores => "scores",
        OutputKind.Training => "training",
        _ => "deadletter",
    };
}

/// <summary>What a comparison may hold in memory.</summary>
public sealed record DivergenceOptions
{
    /// <summary>Outputs of one side that may wait for the other's; some 300 B each.</summary>
    public int WaitingMax { get; set; } = 100_000;

    /// <summary>Visitors followed one by one; beyond that a sample by hash. Some 200 B each.</summary>
    public int VisitorsMax { get; set; } = 200_000;

    /// <summary>Differences told one by one.</summary>
    public int ExamplesMax { get; set; } = 20;
}
