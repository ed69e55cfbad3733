using System.Text.Json;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class ReplayComparisonTests
{
    private static readonly string Text = RepositoryFiles.Read("topologies/luma-propensity/topology.yaml");
    private static readonly TopologyPlan Plan = TopologyLoader.Parse(Text, "a.yaml").Plan!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_against_itself_differs_in_nothing()
    {
        DivergenceReport report = await CompareAsync(Plan, Plan, 400);

        Assert.True(report.IsEmpty, string.Join('\n', report.Examples));
        Assert.Equal(1, report.Scores.Correlation!.Value, 9);
        Assert.InRange(report.Outputs["scores"].Same, 3_000, long.MaxValue);
        Assert.InRange(report.Outputs["training"].Same, 1_000, long.MaxValue);
        Assert.InRange(report.Outputs["deadletter"].Same, 10, long.MaxValue);
        Assert.Equal((0L, 0L, 0L, 0L), (report.Waiting, report.GivenUp, report.Repeated, report.Unreadable));
    }

    [Fact]
    public async Task The_same_comparison_twice_gives_the_same_report()
    {
        TopologyPlan other = Version("emailsOpened,                        count: directMarketing.emailOpened", "emailsOpened,                        count: commerce.productViews");

        string first = JsonSerializer.Serialize(await CompareAsync(Plan, other, 150));
        string second = JsonSerializer.Serialize(await CompareAsync(Plan, other, 150));

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task A_feature_that_counts_something_else_shows_in_features_scores_and_decisions()
    {
        TopologyPlan other = Version("emailsOpened,                        count: directMarketing.emailOpened", "emailsOpened,                        count: commerce.productViews");

        DivergenceReport report = await CompareAsync(Plan, other, 400);

        Assert.False(report.IsEmpty);
        Assert.Equal(["emailsOpened"], report.Features.Where(f => f.Different > 0).Select(f => f.Feature));
        Assert.InRange(report.Features.Single(f => f.Feature == "emailsOpened").VisitorShare, 0.05, 1);
        Assert.InRange(report.Scores.Different, 100, report.Scores.Pairs);
        Assert.InRange(report.Scores.Correlation!.Value, 0.5, 0.999999);
        Assert.Equal(0, report.Outputs["scores"].OnlyLeft + report.Outputs["scores"].OnlyRight + report.Outputs["deadletter"].Different);
        ScopeDivergence hero = report.Decisions.Single();
        Assert.Equal(report.Visitors, hero.Moves.Sum(m => m.Visitors));
        Assert.Equal(hero.Different, hero.Moves.Where(m => m.From != m.To).Sum(m => m.Visitors));
    }

    [Fact]
    public async Task A_stricter_lateness_shows_as_dead_letters_and_as_missing_scores()
    {
        TopologyPlan strict = Version("lateness: 1d  ", "lateness: 1h  ");

        DivergenceReport report = await CompareAsync(Plan, strict, 200, late: 0.05);

        Assert.InRange(report.Outputs["deadletter"].OnlyRight, 10, long.MaxValue);
        Assert.Equal(report.Outputs["deadletter"].OnlyRight, report.DeadLetters["too-late"].Right - report.DeadLetters["too-late"].Left);
        // Some of those that come too late are duplicates, which make no score on the left either.
        Assert.InRange(report.Outputs["scores"].OnlyLeft, 10, report.Outputs["deadletter"].OnlyRight);
    }

    [Fact]
    public async Task So_many_visitors_and_no_more_are_taken()
    {
        DivergenceReport report = await CompareAsync(Plan, Plan, 200, visitors: 25);

        Assert.True(report.IsEmpty);
        Assert.Equal(25, report.Visitors);
    }

    private static TopologyPlan Version(string from, string to)
    {
        Assert.Contains(from, Text, StringComparison.Ordinal);
        TopologyResult result = TopologyLoader.Parse(Text.Replace(from, to, StringComparison.Ordinal), "b.yaml");
        Assert.True(result.IsValid, string.Join('\n', result.Problems));
        return result.Plan;
    }

    // Two partitions, alternating.
    private static async Task<DivergenceReport> CompareAsync(TopologyPlan left, TopologyPlan right, int users, double late = 0.02, int visitors = 0)
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = users, Seed = 11, LateShare = late, DuplicateShare = 0.02, MalformedShare = 0.01 });
        using ReplayComparison comparison = new(left, right, visitors);
        RecordBatch[] batches = [new() { Partition = 0 }, new() { Partition = 1 }];
        long[] offsets = new long[2];
        while (generator.TryNext(out GeneratedRecord record))
        {
            int p = KeyPartition.Of(record.Key, 2);
            batches[p].Add(offsets[p]++, TestTopology.Day1Ms, record.Key, record.Value);
            if (batches[p].Count == 500)
            {
                await comparison.ApplyAsync(batches[p], Stop);
                batches[p].Clear();
            }
        }

        foreach (RecordBatch batch in batches.Where(b => b.Count > 0))
        {
            await comparison.ApplyAsync(batch, Stop);
        }

        return comparison.Finish();
    }
}
