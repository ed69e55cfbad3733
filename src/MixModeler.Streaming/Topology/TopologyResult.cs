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

    /// <summary>In the order of the files, the topology's own first.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>
    /// The topology as one text without includes and environments; null where there are problems. Parsed, it gives the same plan
    /// with the same version.
    /// </summary>
    public string? ResolvedText => Plan?.ResolvedText;

    [MemberNotNullWhen(true, nameof(Plan))]
    [MemberNotNullWhen(true, nameof(ResolvedText))]
    public bool IsValid => Plan is not null;
}
