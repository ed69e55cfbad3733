using System.Collections.Concurrent;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Operate;

/// <summary>The versions of the control log as plans: each is compiled once in a process, so that equal versions are one object.</summary>
public sealed class PlanShelf
{
    private readonly ConcurrentDictionary<(string Topology, string Version), TopologyResult> plans = new();

    /// <summary>Null where the log has no such version or this process cannot run it; then with the reason.</summary>
    public TopologyPlan? PlanOf(TopologyState state, string version, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(state);
        problem = null;
        if (!state.Versions.TryGetValue(version, out VersionRecord? record))
        {
            problem = $"The control log does not hold version {version} of '{state.Name}'.";
            return null;
        }

        TopologyResult result = plans.GetOrAdd(
            (state.Name, version), static (key, text) => TopologyLoader.Parse(text, $"{key.Topology}@{key.Version}"), record.Text);
        if (result.Plan is not { } plan)
        {
            problem = $"Version {version} of '{state.Name}' cannot run here: {string.Join("; ", result.Problems.Take(3))}";
            return null;
        }

        if (plan.Name != state.Name || plan.Version != version)
        {
            problem = $"The control log calls a text version {version} of '{state.Name}' that is version {plan.Version} of '{plan.Name}'.";
            return null;
        }

        return plan;
    }
}
