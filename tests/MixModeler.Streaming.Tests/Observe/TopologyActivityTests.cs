using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Tests.Observe;

public sealed class TopologyActivityTests
{
    [Fact]
    public void Rates_are_differences_over_all_engines_and_sizes_are_sums()
    {
        StatusSample[] before = [Sample(100, 10, 50), Sample(200, 20, 60)];
        StatusSample[] after = [Sample(300, 30, 70), Sample(400, 60, 80)];

        TopologyActivity activity = TopologyActivity.Of(before, after, TimeSpan.FromSeconds(2));

        Assert.Equal((200.0, 2, true), (activity.AppliedPerSecond, activity.Engines, activity.Healthy));
        OperatorRate filter = Assert.Single(activity.Operators);
        Assert.Equal(new OperatorRate("bots", "filter", 30, 15, 0, 80, 8, 800), filter);
    }

    [Fact]
    public void An_engine_that_restarted_gives_no_negative_rate() =>
        Assert.Equal(0, TopologyActivity.Of([Sample(900, 1, 1)], [Sample(5, 1, 1)], TimeSpan.FromSeconds(1)).AppliedPerSecond);

    [Fact]
    public void An_engine_without_operators_is_read_too()
    {
        StatusSample sample = StatusSample.Read(System.Text.Json.JsonSerializer.Serialize(
            new EngineStatus { Topology = "t", Applied = 7, Rejected = { ["too-late"] = 2 } }, EngineStatusJson.Default.EngineStatus));

        Assert.Equal(("t", 7L, 2L), (sample.Topology, sample.Applied, sample.Rejected["too-late"]));
        Assert.Empty(TopologyActivity.Of([sample], [sample], TimeSpan.FromSeconds(1)).Operators);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("<html>")]
    public void What_is_no_status_is_refused(string text) => Assert.Throws<InvalidDataException>(() => StatusSample.Read(text));

    private static StatusSample Sample(long applied, long taken, double p99) => StatusSample.Read(FormattableString.Invariant(
        $$"""{"topology":"t","healthy":true,"applied":{{applied}},"operators":[{"name":"bots","operator":"filter","in":{{taken}},"out":{{taken / 2}},"errors":0,"p99Micros":{{p99}},"stateKeys":4,"stateBytes":400}]}"""));
}
