using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Perf;

/// <summary>The topologies that the repository ships.</summary>
internal static class Shipped
{
    public static TopologyPlan LumaPropensity()
    {
        TopologyResult result = TopologyLoader.Load(Path.Combine(Root(), "topologies/luma-propensity/topology.yaml"));
        return result.Plan ?? throw new InvalidOperationException(string.Join('\n', result.Problems));
    }

    /// <summary>The repository's folder, found from where this program was built.</summary>
    public static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MixModeler.Streaming.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The benchmarks run from the repository they were built in.");
    }
}
