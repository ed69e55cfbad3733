using System.Diagnostics.CodeAnalysis;

namespace MixModeler.Streaming.Topology;

/// <summary>A plan, or everything that is wrong with the file: never both, never neither.</summary>
public sealed record TopologyResult
{
    internal TopologyResult(TopologyPlan? plan, IReadOnlyList<Problem> problems)
    {
        Plan = plan;
        Problems = problems;
    }

    /// <summary>Null where there are problems.</summary>
    public TopologyPlan? Plan { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    [MemberNotNullWhen(true, nameof(Plan))]
    public bool IsValid => Plan is not null;
}
