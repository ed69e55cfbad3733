using System.Text.Json;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Edge.Push;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Tests.Push;

/// <summary>What a hub may send around a change of the layout, frame by frame.</summary>
public sealed class PushReceiverTests
{
    private readonly EdgeState state = new();
    private readonly PushCounters counters = new();
    private readonly PushReceiver receiver;

    public PushReceiverTests()
    {
        receiver = new PushReceiver(state, counters, 1_000, TimeProvider.System);
        Welcome(1);
        Plan(Sample.Plan());
        Model(Sample.Model(7, 0, 0.1));
        Rows(2, "a", [Sample.EventMs, 3, 0], 10);
        Assert.False(state.Image!.IsReady);
        receiver.On(FrameKind.SnapshotEnd, []);
        Assert.True(state.Image.IsReady);
    }

    [Fact]
    public void Another_layout_decides_with_its_first_complete_snapshot_and_not_before()
    {
        Welcome(2);
        Plan(Other("v2"));
        Model(OtherModel(8, 1));
        Rows(1, "a", [Sample.EventMs, 9], 11);

        Assert.Equal(("v1", 7L, 3L), Deciding("a"));
        receiver.On(FrameKind.SnapshotEnd, []);
        Assert.Equal(("v2", 8L, 9L), Deciding("a"));
    }

    [Fact]
    public void A_snapshot_of_another_layout_that_broke_off_goes_on_over_a_new_connection()
    {
        Welcome(2);
        Plan(Other("v2"));
        Rows(1, "a", [Sample.EventMs, 9], 11);
        Welcome(2, resumes: true);
        Plan(Other("v2"));
        Rows(1, "b", [Sample.EventMs, 8], 12);

        Assert.Equal("v1", Deciding("a").Plan);
        receiver.On(FrameKind.SnapshotEnd, []);
        Assert.Equal(("v2", 0L, 9L), Deciding("a"));
        Assert.Equal(8, Deciding("b").FirstWord);
    }

    [Fact]
    public void A_plan_that_fails_its_check_takes_neither_model_nor_rows_with_it()
    {
        Welcome(2);
        DecisionDocument bad = Other("v2");
        bad.Clock = "no";
        Plan(bad);
        Model(OtherModel(8, 1));
        Rows(1, "a", [Sample.EventMs, 9], 11);
        receiver.On(FrameKind.SnapshotEnd, []);

        Assert.Equal(("v1", 7L, 3L), Deciding("a"));
        Assert.Equal((1L, 0L), (counters.PlansRefused, counters.ModelsRefused));
        // What was passed over comes again from the beginning, once a plan is good.
        Assert.Equal((0UL, 0L), (counters.Hub, counters.Sequence));
        Assert.Throws<InvalidDataException>(() => Plan(Other("v3")));
    }

    [Fact]
    public void Bad_rules_of_the_same_layout_leave_rows_and_models_coming()
    {
        DecisionDocument bad = Sample.Plan(version: "v2");
        bad.Clock = "no";
        Plan(bad);
        Rows(2, "a", [Sample.EventMs, 4, 0], 11);
        Model(Sample.Model(9, 0, 0.1));

        Assert.Equal(("v1", 9L, 4L), Deciding("a"));
        Assert.Equal(1UL, counters.Hub);
    }

    [Fact]
    public void A_model_that_fails_its_check_holds_the_new_layout_back_until_a_good_one_comes()
    {
        Welcome(2);
        Plan(Other("v2"));
        Model(OtherModel(8, 1) with { Golden = [new GoldenScore { Values = [1], Score = 0.123 }] });
        Rows(1, "a", [Sample.EventMs, 9], 11);
        receiver.On(FrameKind.SnapshotEnd, []);

        Assert.Equal(("v1", 7L, 3L), Deciding("a"));
        Assert.Equal(1, counters.ModelsRefused);
        Model(OtherModel(9, 1));
        Assert.Equal(("v2", 9L, 9L), Deciding("a"));
    }

    [Fact]
    public void Who_goes_back_before_the_switch_was_complete_keeps_what_decides()
    {
        Welcome(2);
        Plan(Other("v2"));
        Rows(1, "a", [Sample.EventMs, 9], 11);
        Welcome(3);
        Plan(Sample.Plan(version: "v3"));
        Rows(2, "a", [Sample.EventMs, 5, 0], 12);

        Assert.Equal(("v3", 7L, 5L), Deciding("a"));
        receiver.On(FrameKind.SnapshotEnd, []);
        Assert.Equal(("v3", 7L, 5L), Deciding("a"));
    }

    [Fact]
    public void The_same_features_that_mean_something_else_are_another_layout()
    {
        Welcome(2);
        DecisionDocument other = Sample.Plan(version: "v2");
        other.Layout = "other";
        Plan(other);
        // With the origin of the row that is here: in the old table it would be no news.
        Rows(2, "a", [Sample.EventMs, 0, 0], 10);

        Assert.Equal(("v1", 7L, 3L), Deciding("a"));
        receiver.On(FrameKind.SnapshotEnd, []);
        Assert.Equal(("v2", 0L, 0L), Deciding("a"));
    }

    private static DecisionDocument Other(string version)
    {
        DecisionDocument plan = Sample.Plan(version: version);
        plan.Features = [plan.Features[0]];
        return plan;
    }

    private static ModelDocument OtherModel(long version, double perClick) => Sample.Model(version, 0, perClick) with
    {
        Weights = [perClick],
        Inputs = ["clicks.log1p"],
        Golden = [new GoldenScore { Values = [1], Score = LinearModel.Sigmoid(perClick * Math.Log(2)) }],
    };

    private (string Plan, long Model, long FirstWord) Deciding(string visitor)
    {
        EdgeImage image = state.Image!;
        Assert.True(image.IsReady, "the edge stopped to decide");
        long[] row = new long[image.Schema.RowWords];
        Assert.True(image.Profiles.TryRead(Hash128.Of(System.Text.Encoding.UTF8.GetBytes(visitor)), row, out _), $"nothing is known of {visitor}");
        return (image.Plan.Document.Version, image.Model.Version, row[1]);
    }

    private void Welcome(ulong hub, bool resumes = false)
    {
        PackedWriter writer = new();
        new WelcomeMessage(hub, resumes, 0).Write(writer);
        receiver.OnWelcome(writer.Written);
    }

    private void Plan(DecisionDocument document) =>
        receiver.On(FrameKind.Plan, JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Default.DecisionDocument));

    private void Model(ModelDocument document) =>
        receiver.On(FrameKind.Model, JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Default.ModelDocument));

    private void Rows(int features, string visitor, long[] row, long offset)
    {
        PackedWriter writer = new();
        RowBatch.Begin(writer, 1 + features);
        RowHeader header = Sample.Header(visitor, offset);
        RowBatch.Add(writer, in header, row);
        RowBatch.End(writer, 1, 1);
        receiver.On(FrameKind.Rows, writer.Written);
    }
}
