using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>Lets people watch records pass an operator of the topology that this process runs.</summary>
/// <param name="plan">The version that runs at the moment; null before one does.</param>
/// <param name="taps">What the tasks show records to.</param>
/// <param name="time">Stamps what is shown.</param>
public sealed class LiveTaps(Func<TopologyPlan?> plan, FlowTaps taps, TimeProvider time)
{
    // Each looks at every record: more people than ever watch at once, and a bound.
    private const int TapsMax = 16;

    public string Topology => plan()?.Name ?? "";

    /// <summary>Names that can be watched, in the order in which a record meets them.</summary>
    public IReadOnlyList<string> Nodes
    {
        get
        {
            TopologyPlan? running = plan();
            return running is null
                ? []
                : [.. OperatorTable.NamesOf(running).Where(name => running.Graph.Find(name) is not { Operator: "learner" })];
        }
    }

    /// <summary>Starts watching; dispose of what comes back to stop.</summary>
    /// <param name="node">One of <see cref="Nodes"/>.</param>
    /// <param name="directions">Of <see cref="TappedRecord"/>.</param>
    /// <param name="raw">Show personal data as it is.</param>
    /// <param name="problem">Why not, as a sentence; null where it works.</param>
    /// <returns>Null where there is a problem.</returns>
    public LiveTap? Open(string node, IReadOnlyCollection<string> directions, bool raw, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(node);
        string[] names = [.. Nodes];
        problem = !names.Contains(node) ? $"There is no operator '{node}' that can be watched{NearestName.Advice(node, names)}."
            : taps.Count >= TapsMax ? $"{TapsMax} watch this engine already."
            : null;
        return problem is null ? new LiveTap(plan()!, taps, node, directions, raw, time) : null;
    }
}
