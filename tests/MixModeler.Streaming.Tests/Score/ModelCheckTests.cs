using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Tests.Score;

public sealed class ModelCheckTests
{
    private static readonly FeatureSchema Schema = new([new("clicks", FeatureKind.Count), new("since", FeatureKind.MinutesSince)]);

    [Fact]
    public void A_model_that_reproduces_its_golden_scores_is_loaded()
    {
        Assert.True(ModelCheck.TryLoad(Good(), Schema, out LinearModel? model, out string? problem));
        Assert.Null(problem);
        Assert.Equal(7, model.Version);
    }

    [Fact]
    public void A_model_that_does_not_is_refused_with_both_scores()
    {
        ModelDocument document = Good();
        document.Golden[1].Score += 2e-9;
        Refused(document, "trainer computed");
    }

    [Fact]
    public void A_model_of_other_inputs_of_odd_weights_or_without_proof_is_refused()
    {
        ModelDocument document = Good();
        document.Inputs[0] = "visits.log1p";
        Refused(document, "other inputs");

        document = Good();
        document.Weights = [1, 2];
        Refused(document, "2 weights for 3 inputs");

        document = Good();
        document.Weights[1] = double.NaN;
        Refused(document, "no numbers");

        document = Good();
        document.Golden = [];
        Refused(document, "no golden scores");

        document = Good();
        document.Golden[0].Values = [1];
        Refused(document, "another number of features");
    }

    private static void Refused(ModelDocument document, string why)
    {
        Assert.False(ModelCheck.TryLoad(document, Schema, out LinearModel? model, out string? problem));
        Assert.Null(model);
        Assert.Contains(why, problem, StringComparison.Ordinal);
    }

    private static ModelDocument Good()
    {
        double[] weights = [0.5, -0.25, 0.125];
        double known = LinearModel.Sigmoid(-1 + 0.5 * Math.Log(3) - 0.25 + 0.125 * Math.Log(11));
        double never = LinearModel.Sigmoid(-1);
        return new ModelDocument
        {
            Version = 7,
            Bias = -1,
            Weights = weights,
            Inputs = [.. Schema.InputNames],
            Golden = [new GoldenScore { Values = [2, 10], Score = known }, new GoldenScore { Values = [0, null], Score = never }],
        };
    }
}
