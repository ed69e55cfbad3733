using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Learn.Offline;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Learn;

public sealed class LearningQualityTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Online_learner_is_as_good_as_an_offline_regression_over_the_same_examples()
    {
        TopologyPlan plan = TopologyLoader.Load(RepositoryFiles.Full("topologies/luma-propensity/topology.yaml")).Plan!;
        LumaGenerator generator = new(new GeneratorOptions { Users = 6_000, Seed = 11 });
        using MemoryStream lines = new();
        List<string> types = [];
        while (generator.TryNext(out GeneratedRecord record))
        {
            lines.Write(record.Value);
            lines.WriteByte((byte)'\n');
            types.Add(LumaBehavior.Of(record.Type).Name);
        }

        lines.Position = 0;
        (LearningReport report, Quality learner) =
            await LearningStream.ReportAsync(plan, lines, types, TimeProvider.System, TestContext.Current.CancellationToken);
        output.WriteLine(report.ToString());

        LearningRow online = report.Rows.Single(row => row is { Sampling: "honest", Method: "online, predicted before learned" });
        LearningRow offline = report.Rows.Single(row => row is { Sampling: "honest", Method: "offline, fitted to all, tested on all" });
        Assert.InRange(online.Auc, offline.Auc - 0.01, 1);

        // The learner in the run saw the same examples in the same order, and its own metrics say the same.
        Assert.Equal(online.Examples, learner.Examples);
        Assert.Equal(online.LogLoss, learner.LogLoss, 1e-9);
        Assert.Equal(online.Auc, learner.Auc, 1e-3);
    }
}
