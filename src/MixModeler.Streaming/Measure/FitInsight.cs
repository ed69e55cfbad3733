using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>`fit`: figures of the fit, of what was foretold before it was learned, and residuals by period.</summary>
internal static class FitInsight
{
    public static Insight Of(MeasuredMix mix, InsightQuery query)
    {
        MixModel model = mix.Model;
        MixWalk walk = MixWalk.Of(model, query);
        Insight insight = MixInsights.Begin(mix, "fit", walk);
        MixFitFigures fit = MixPosteriorPaths.Of(model).Fit;
        insight.Fact("periods", model.Periods);
        insight.Fact("r2", fit.OfMean.R2);
        insight.Fact("bayesR2", fit.OfMean.BayesR2);
        insight.Fact("mape", fit.OfMean.Mape);
        insight.Fact("smape", fit.OfMean.Smape);
        insight.Fact("rmse", fit.OfMean.Rmse);
        insight.Fact("nrmse", fit.OfMean.Nrmse);
        insight.Fact("foretoldPeriods", model.Scores.Count);
        insight.Fact("foretoldCrps", model.Scores.Crps);
        insight.Fact("foretoldMae", model.Scores.Mae);
        insight.Fact("foretoldRmse", model.Scores.Rmse);
        insight.Fact("foretoldMape", model.Scores.Mape);
        insight.Fact("foretoldCoverage90", model.Scores.Coverage90);
        insight.Fact("logScore", model.LogEvidence);
        insight.Fact("certificateDistance", mix.Certificate?.MaxDistance);
        insight.Fact("certificateHolds", mix.Certificate?.Holds);
        InsightTable residuals = insight.Add("residuals", "date", "actual", "predicted", "residual", "foretold", "foretoldSd");
        Dictionary<DateOnly, MixRefresh> refreshes = mix.Refreshes.ToDictionary(refresh => refresh.Date);
        for (int t = 0; t < walk.Count; t++)
        {
            DateOnly date = model.History.Dates[walk.First + t];
            double actual = model.History.Outcome[walk.First + t];
            MixRefresh? refresh = refreshes.GetValueOrDefault(date);
            residuals.Add(date, actual, walk.Expected[t], actual - walk.Expected[t], refresh?.Foretold, refresh?.ForetoldSd);
        }

        InsightTable pit = insight.Add("pit", "from", "to", "periods");
        for (int bin = 0; bin < MixScores.PitBins; bin++)
        {
            pit.Add((double)bin / MixScores.PitBins, (double)(bin + 1) / MixScores.PitBins, model.Scores.Pit[bin]);
        }

        insight.Notes.Add("r2, mape, smape, rmse, nrmse: the posterior mean against all periods, which it has learned. foretold…: each period before it was learned, after the warm-up.");
        insight.Notes.Add("logScore is the sum of the log predictive densities of the scaled outcomes. pit counts outcomes by tenths of what was foretold: even where the model is right.");
        return insight;
    }
}
