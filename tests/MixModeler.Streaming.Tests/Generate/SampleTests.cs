using System.Text;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Tests.Repository;

namespace MixModeler.Streaming.Tests.Generate;

public sealed class SampleTests
{
    [Fact]
    public async Task The_sample_beside_the_topology_is_what_the_generator_gives_for_its_documented_options()
    {
        GeneratorOptions options = new() { Users = 6, Seed = 108_450, LateShare = 0.02, DuplicateShare = 0.02, MalformedShare = 0.02 };
        MemoryStream sample = new();
        GeneratorTotals totals = await new GeneratorRun(new LumaGenerator(options)).ToStreamAsync(sample, TestContext.Current.CancellationToken);

        Assert.Equal(RepositoryFiles.Read("topologies/luma-propensity/events.jsonl"), Encoding.UTF8.GetString(sample.ToArray()));
        Assert.Equal((62, 3, 1, 1, 1), (totals.Records, totals.Subscribers, totals.Late, totals.Duplicates, totals.Malformed));
    }
}
