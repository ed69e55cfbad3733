using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Learn;

public sealed class ModelRegisterTests
{
    private static readonly TopologyPlan Before = TestTopology.PlanOf();

    // clicks renamed and first, opens second, the others gone, views new
    private static readonly TopologyPlan After = Before with
    {
        Version = "111111111111",
        Schema = new FeatureSchema([new Feature("klicks", FeatureKind.Count), Before.Schema.Features[0], new Feature("views", FeatureKind.Count)]),
        Matches = [Before.Matches[1], Before.Matches[0], new FeatureMatch("eventType", "view")],
    };

    [Fact]
    public void A_new_version_scores_at_once_with_the_weights_of_the_features_that_it_shares()
    {
        ModelRegister register = new(Before);
        Assert.True(register.Offer(Document(Before, 10, 0.5, 1, 2, 3, 4, 5)));

        LinearModel mapped = register.Of(After);

        Assert.Equal((10L, 0.5), (mapped.Version, mapped.Bias));
        Assert.Equal([2, 1, 0], mapped.Weights);
        Assert.Equal([1, 2, 3, 4, 5], register.Of(Before).Weights);
        Assert.Same(register.Current, register.Of(Before));
        register.Lead(After);
        Assert.Same(register.Current, register.Of(After));
    }

    [Fact]
    public void Each_version_takes_its_own_documents_and_late_ones_of_the_old_do_no_harm()
    {
        ModelRegister register = new(Before);
        register.Offer(Document(Before, 10, 0, 1, 2, 3, 4, 5));
        register.Of(After);

        Assert.True(register.Offer(Document(After, 11, 0, 7, 8, 9)));
        Assert.True(register.Offer(Document(Before, 12, 0, 5, 5, 5, 5, 5)));
        Assert.False(register.Offer(Document(After, 9, 0, 0, 0, 0)));

        Assert.Equal((11L, 9.0), (register.Of(After).Version, register.Of(After).Weights[2]));
        Assert.Equal(12, register.Of(Before).Version);
        Assert.Equal(0, register.Refused);
    }

    [Fact]
    public void A_document_that_comes_before_its_version_waits_for_it()
    {
        ModelRegister register = new(Before);
        register.Offer(Document(Before, 10, 0, 1, 2, 3, 4, 5));

        Assert.False(register.Offer(Document(After, 12, 0, 7, 8, 9)));

        Assert.Equal(1, register.Refused);
        Assert.Equal(10, register.Current.Version);
        Assert.Equal(12, register.Of(After).Version);
    }

    [Fact]
    public void An_equal_version_with_other_weights_was_learned_anew_and_is_taken()
    {
        ModelRegister register = new(Before);
        register.Offer(Document(Before, 10, 0, 1, 2, 3, 4, 5));

        Assert.False(register.Offer(Document(Before, 10, 0, 1, 2, 3, 4, 5)));
        Assert.True(register.Offer(Document(Before, 10, 0, 1, 2, 3, 4, 6)));
        Assert.Equal(6, register.Current.Weights[4]);
    }

    [Fact]
    public void Another_label_or_model_begins_at_its_base_rate_and_takes_no_document_of_the_old_one()
    {
        TopologyPlan label = Before with { Version = "2", Model = Before.Model! with { LabelEvent = "purchase", BaseRate = 0.3 } };
        TopologyPlan named = Before with { Version = "3", Model = Before.Model! with { Name = "churn" } };
        ModelRegister register = new(Before);
        register.Offer(Document(Before, 10, 0, 1, 2, 3, 4, 5));
        Assert.Equal(0, register.Of(label).Version);
        Assert.Equal(0.3, register.Of(label).Predict(new double[5]), 12);
        Assert.Equal(0, register.Of(named).Version);

        register.Offer(Document(Before, 11, 0, 1, 2, 3, 4, 5));

        Assert.Equal([0L, 0L, 11L], new[] { label, named, Before }.Select(plan => register.Of(plan).Version));
    }

    [Fact]
    public void A_mapped_document_shows_scores_that_a_receiver_can_check()
    {
        ModelDocument document = Document(Before, 10, 0.5, 1, 2, 3, 4, 5) with
        {
            Golden = [new GoldenScore { Values = [3, 4, null, 1.5], Score = 0.1 }],
        };

        ModelDocument mapped = ModelMapping.Map(document, Before, After);

        Assert.Equal([4, 3, 0], mapped.Golden[0].Values);
        Assert.True(ModelCheck.TryLoad(mapped, After.Schema, out LinearModel? model, out string? problem), problem);
        Assert.Equal([2, 1, 0], model.Weights);
        Assert.Equal(LinearModel.Sigmoid(0.5 + 2 * Math.Log(5) + Math.Log(4)), mapped.Golden[0].Score, 12);
    }

    private static ModelDocument Document(TopologyPlan plan, long version, double bias, params double[] weights) => new()
    {
        Topology = plan.Name,
        Model = plan.Model!.Name,
        Version = version,
        LabelId = LabelId.Text(LabelId.Of(plan)),
        Bias = bias,
        Weights = weights,
        Inputs = [.. plan.Schema.InputNames],
    };
}
