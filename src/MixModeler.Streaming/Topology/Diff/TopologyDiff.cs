using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Diff;

/// <summary>
/// What would happen if a version took over from another: a verdict for every operator of either. Says nothing about a running
/// engine until <see cref="Sized"/> was asked.
/// </summary>
public sealed record TopologyDiff
{
    public required string Topology { get; init; }

    /// <summary>Version that runs.</summary>
    public required string From { get; init; }

    /// <summary>Version that would take over.</summary>
    public required string To { get; init; }

    public required ImmutableArray<OperatorVerdict> Operators { get; init; }

    /// <summary>Keys, bytes, replay and pause; null before sizes are known.</summary>
    public DiffEstimate? Estimate { get; init; }

    /// <summary>Something cannot be had back: such a change is refused unless it is asked for.</summary>
    public bool IsLossy => Operators.Any(each => each.IsLossy);

    /// <summary>Visitors' state is made anew from the events topic. Datasets have lanes of their own, which replay their own topics.</summary>
    public bool ReplaysEvents => Operators.Any(each => each.Verdict == Verdict.Rebuild && each.Kind is not (OperatorKind.Model or OperatorKind.Dataset));

    /// <summary>The learner is made anew from the training topic.</summary>
    public bool ReplaysTraining { get; init; }

    /// <summary>Both versions do the same.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Visitors' records stand otherwise afterwards; they are rewritten as their visitors come, not all at once.</summary>
    public bool RewritesRecords { get; init; }

    /// <param name="from">The version that runs.</param>
    /// <param name="to">The version that would take over.</param>
    /// <param name="before">Nodes and audiences of the one; null: those that it was compiled with.</param>
    /// <param name="after">Nodes and audiences of the other; null as well.</param>
    /// <exception cref="ArgumentException">They are versions of two topologies.</exception>
    public static TopologyDiff Between(
        TopologyPlan from, TopologyPlan to, IReadOnlyList<DeclaredOperator>? before = null, IReadOnlyList<DeclaredOperator>? after = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (from.Name != to.Name)
        {
            throw new ArgumentException($"'{from.Name}' and '{to.Name}' are two topologies: the one does not change into the other");
        }

        StateMapping mapping = StateMapping.Between(from, to);
        VerdictList verdicts = new(from, to, mapping);
        verdicts.AddSource();
        verdicts.AddFeatures();
        verdicts.AddModel();
        verdicts.AddOutputs();
        before ??= DeclaredOperators.Of(from);
        after ??= DeclaredOperators.Of(to);
        verdicts.AddDeclared(before, after);
        verdicts.AddDatasets();
        verdicts.AddAttributions();
        verdicts.AddMixes();
        verdicts.AddPlans();
        Dictionary<string, string> topics = to.Harmonized.Datasets.ToDictionary(each => each.Name, each => to.Topics.Prefix + each.Topic);
        ImmutableArray<OperatorVerdict> operators =
        [
            .. verdicts.ToImmutable().Select(each => each is { Kind: OperatorKind.Dataset, Verdict: Verdict.Add or Verdict.Rebuild }
                ? each with { Topic = topics[each.Operator] }
                : each),
        ];
        return new TopologyDiff
        {
            Topology = to.Name,
            From = from.Version,
            To = to.Version,
            Operators = operators,
            ReplaysTraining = verdicts.ReplaysTraining,
            RewritesRecords = !mapping.IsIdentity || !DeclaredOperators.StatesOf(before).SequenceEqual(DeclaredOperators.StatesOf(after)),
            IsEmpty = !verdicts.HasChanges,
        };
    }

    /// <summary>With what the change touches, replays and holds up in an engine of these sizes.</summary>
    public TopologyDiff Sized(TopologySizes sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        DiffEstimate estimate = DiffEstimate.Of(this, sizes);
        return this with { Operators = [.. Operators.Select(each => estimate.Size(each, this, sizes))], Estimate = estimate };
    }
}
