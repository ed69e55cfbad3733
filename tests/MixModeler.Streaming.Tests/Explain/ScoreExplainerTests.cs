using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class ScoreExplainerTests
{
    private const long Hour = 3_600_000;
    private static readonly TopologyPlan Plan = TestTopology.PlanOf();
    private static readonly long T0 = TestTopology.Day1Ms;

    // offset 0 … 7
    private static readonly string[] Log =
    [
        TestTopology.Event("anna", "open", T0, "1"),
        TestTopology.Event("bert", "click", T0 + Hour, "2"),
        TestTopology.Event("anna", "click", T0 + 2 * Hour, "3"),
        TestTopology.Event("anna", "click", T0 + 2 * Hour, "3"),
        TestTopology.Event("anna", "order", T0 + 3 * Hour, "4", ""","channel":{"_id":"search"},"commerce":{"order":{"priceTotal":12.5}}"""),
        TestTopology.Event("bert", "open", T0 + 40 * Hour, "5"),
        TestTopology.Event("anna", "open", T0 + Hour, "6"),
        TestTopology.Event("anna", "open", T0 + 41 * Hour, "7"),
    ];

    private static readonly LinearModel Model = new(42, -2.5, [0.3, -0.7, 0.11, -0.05, 0.4]);

    [Fact]
    public void The_contributions_and_the_bias_add_up_to_the_logit_of_the_score()
    {
        ScoreExplanation why = Explain(from: 0, taskFirst: 0);

        Assert.Equal(Model.Bias + why.Inputs.Sum(i => i.Weight * i.InputValue), why.Logit, 12);
        Assert.Equal(why.Score, LinearModel.Sigmoid(why.Logit), 12);
        Assert.Equal(why.Score, why.ScoreByWeights, 12);
        Assert.Equal(Plan.Schema.InputNames, why.Inputs.Select(i => i.Input));
        Assert.Empty(why.Reservations);
        Assert.True(why.Reproduced);
    }

    [Fact]
    public void Each_feature_names_the_events_that_made_it_and_others_are_named_for_what_they_are()
    {
        ScoreExplanation why = Explain(from: 0, taskFirst: 0);

        Assert.Equal(("mm.events/0@7", 42L, 42L, "000000000000"), (why.Event, why.ModelVersion, why.ExplainedByVersion, why.TopologyVersion));
        Assert.Equal([0, 7], Feature(why, "opens").Events);
        Assert.Equal([2], Feature(why, "clicks").Events);
        Assert.Equal([2], Feature(why, "minutes_since_click").Events);
        Assert.Equal([4], Feature(why, "spend").Events);
        Assert.Equal(
            [(0L, "applied"), (2, "applied"), (3, "duplicate"), (4, "applied"), (6, "too-late"), (7, "applied")],
            why.Events.Select(e => (e.Offset, e.Outcome)));
    }

    [Fact]
    public void Where_the_log_no_longer_reaches_back_that_is_said_of_every_feature_it_concerns()
    {
        ScoreExplanation why = Explain(from: 4, taskFirst: 0);

        Assert.False(why.Reproduced);
        Assert.Contains("back to offset 0, the log only to 4", Assert.Single(why.Reservations), StringComparison.Ordinal);
        Assert.Equal("1 of its 2 events are no longer in the log", Feature(why, "opens").Missing);
        Assert.Equal("1 of its 1 events are no longer in the log", Feature(why, "clicks").Missing);
        Assert.Equal("the event that set it is no longer in the log", Feature(why, "minutes_since_click").Missing);
        Assert.Null(Feature(why, "spend").Missing);
        Assert.Equal(why.Score, LinearModel.Sigmoid(why.Logit), 12);
    }

    [Fact]
    public void Another_model_or_another_topology_than_the_one_that_scored_is_not_passed_off_as_it()
    {
        ScoreExplanation newer = Explain(from: 0, taskFirst: 0, model: new LinearModel(43, 0, [0, 0, 0, 0, 0]));
        Assert.StartsWith("Version 42 of the model, which gave the score, is no longer in the log", Assert.Single(newer.Reservations), StringComparison.Ordinal);
        ScoreExplanation other = Explain(from: 0, taskFirst: 0, plan: TestTopology.PlanOf(lateness: TimeSpan.FromDays(9)));
        Assert.StartsWith("The log is complete, and yet", Assert.Single(other.Reservations), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_question_gives_the_same_answer() => Assert.Equal(
        JsonSerializer.Serialize(Explain(from: 0, taskFirst: 0)), JsonSerializer.Serialize(Explain(from: 0, taskFirst: 0)));

    private static FeatureOrigin Feature(ScoreExplanation why, string name) => why.Features.Single(f => f.Feature == name);

    private static ScoreExplanation Explain(long from, long taskFirst, LinearModel? model = null, TopologyPlan? plan = null)
    {
        ScoreRecord score = Recorded();
        VisitorTrace trace = new(plan ?? Plan, "anna", score.Origin.Offset);
        RecordBatch batch = new();
        for (long offset = from; offset < Log.Length; offset++)
        {
            batch.Add(offset, T0 + 400 * 24 * Hour, [], Encoding.UTF8.GetBytes(Log[offset]));
        }

        trace.Take(batch);
        return ScoreExplainer.Explain(plan ?? Plan, "anna", score, model ?? Model, trace, taskFirst);
    }

    // The newest score that the task itself gave, under the model.
    private static ScoreRecord Recorded()
    {
        RecordingSink sink = new();
        ModelRegister models = new("test", "propensity", Plan.Schema, 0.02);
        Assert.True(models.Offer(new ModelDocument
        {
            Topology = "test",
            Model = "propensity",
            Version = Model.Version,
            Bias = Model.Bias,
            Weights = [.. Model.Weights],
            Inputs = [.. Plan.Schema.InputNames],
        }));
        PartitionTask task = new(Plan, 0, new MemoryStateStore(), sink, models);
        task.AcquireAsync(0, default).GetAwaiter().GetResult();
        Channel<RecordBatch> batches = Channel.CreateUnbounded<RecordBatch>();
        batches.Writer.TryWrite(TestTopology.Batch(0, Log));
        batches.Writer.Complete();
        task.RunAsync(batches.Reader, _ => { }, default).GetAwaiter().GetResult();
        ScoreRecord score = new(Plan.Schema);
        Assert.True(score.TryRead(Encoding.UTF8.GetBytes(sink.On("mm.scores").Last(s => s.Contains("anna", StringComparison.Ordinal)))));
        return score;
    }
}
