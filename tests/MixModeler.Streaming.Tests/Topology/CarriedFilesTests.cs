using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Topology;

public class CarriedFilesTests
{
    [Fact]
    public void A_resolved_text_brings_its_lookup_table_along_and_is_the_same_version_where_there_is_no_folder()
    {
        TopologyPlan plan = TopologyLoader.Load(RepositoryFiles.Full("topologies/spend-reports/topology.yaml")).Plan!;

        TopologyResult again = TopologyLoader.Parse(plan.ResolvedText, "elsewhere/nowhere.yaml");

        Assert.True(again.Plan is not null, string.Join('\n', again.Problems));
        Assert.Equal(plan.Version, again.Plan.Version);
        Assert.Equal(plan.ResolvedText, again.Plan.ResolvedText);
    }

    [Fact]
    public void Another_row_in_the_table_is_another_version()
    {
        TopologyPlan plan = TopologyLoader.Load(RepositoryFiles.Full("topologies/spend-reports/topology.yaml")).Plan!;
        string changed = plan.ResolvedText.Replace("Facebook", "Faceb00k", StringComparison.Ordinal);

        Assert.NotEqual(plan.ResolvedText, changed);
        Assert.NotEqual(plan.Version, TopologyLoader.Parse(changed, "nowhere.yaml").Plan!.Version);
    }
}
