using System.Text.Json;

namespace MixModeler.Streaming.Mix;

/// <summary>A report as one JSON document; what it holds stands in docs/science/mix.md.</summary>
public static class MixReportJson
{
    public static void Write(Stream output, MixModel model, MixReport report, MixCertificate? certificate)
    {
        using Utf8JsonWriter json = new(output, new JsonWriterOptions { Indented = false });
        json.WriteStartObject();
        json.WriteStartArray("parameters");
        foreach (MixEstimate estimate in report.Parameters)
        {
            WriteEstimate(json, estimate, hasName: true);
        }

        json.WriteEndArray();
        json.WriteStartObject("contributions");
        foreach (ChannelContribution channel in report.Contributions)
        {
            WriteContribution(json, channel);
        }

        json.WriteEndObject();
        WriteFit(json, model, report.Fit);
        WriteCertificate(json, certificate);
        WriteCurves(json, report);
        WriteEffects(json, report);
        WriteRegions(json, report);
        WriteFacts(json, model);
        json.WriteEndObject();
    }

    private static void WriteEstimate(Utf8JsonWriter json, MixEstimate estimate, bool hasName)
    {
        json.WriteStartObject();
        if (hasName)
        {
            json.WriteString("name", estimate.Name);
        }

        WriteNumbers(json, estimate);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, MixEstimate estimate)
    {
        Number(json, "mean", estimate.Mean);
        Number(json, "sd", estimate.Sd);
        Number(json, "q05", estimate.Q05);
        Number(json, "q95", estimate.Q95);
        Number(json, "monteCarloError", estimate.MonteCarloError);
    }

    private static void WriteContribution(Utf8JsonWriter json, ChannelContribution channel)
    {
        json.WriteStartObject(channel.Channel);
        WriteNumbers(json, channel.Total);
        Number(json, "share", channel.Share);
        if (channel.Spend is double spend && channel.Roi is MixEstimate roi)
        {
            Number(json, "spend", spend);
            json.WritePropertyName("roi");
            WriteEstimate(json, roi, hasName: false);
        }

        json.WriteStartArray("periods");
        foreach (PeriodContribution period in channel.Periods)
        {
            json.WriteStartObject();
            json.WriteString("date", period.Date.ToString("yyyy-MM-dd", null));
            Number(json, "mean", period.Mean);
            Number(json, "q05", period.Q05);
            Number(json, "q95", period.Q95);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFit(Utf8JsonWriter json, MixModel model, MixFitFigures fit)
    {
        json.WriteStartObject("fit");
        Number(json, "r2", fit.R2);
        Number(json, "nrmse", fit.Nrmse);
        Number(json, "mape", fit.Mape);
        Number(json, "rmse", fit.Rmse);
        Number(json, "crps", model.Scores.Crps);
        Number(json, "coverage90", model.Scores.Coverage90);
        json.WriteStartObject("ofMean");
        Number(json, "r2", fit.OfMean.R2);
        Number(json, "bayesR2", fit.OfMean.BayesR2);
        Number(json, "rmse", fit.OfMean.Rmse);
        Number(json, "nrmse", fit.OfMean.Nrmse);
        Number(json, "mape", fit.OfMean.Mape);
        Number(json, "smape", fit.OfMean.Smape);
        json.WriteEndObject();
        json.WriteStartObject("foretold");
        json.WriteNumber("periods", model.Scores.Count);
        Number(json, "mae", model.Scores.Mae);
        Number(json, "rmse", model.Scores.Rmse);
        Number(json, "mape", model.Scores.Mape);
        json.WriteStartArray("pit");
        foreach (long bin in model.Scores.Pit)
        {
            json.WriteNumberValue(bin);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("residuals");
        foreach (double residual in fit.Residuals)
        {
            json.WriteNumberValue(residual);
        }

        json.WriteEndArray();
        if (fit.Regions is { } regions)
        {
            json.WriteStartObject("regions");
            Number(json, "r2", regions.R2);
            Number(json, "mape", regions.Mape);
            Number(json, "weightedMape", regions.WeightedMape);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteCertificate(Utf8JsonWriter json, MixCertificate? certificate)
    {
        if (certificate is null)
        {
            json.WriteNull("certificate");
            return;
        }

        json.WriteStartObject("certificate");
        json.WriteBoolean("holds", certificate.Holds);
        Number(json, "maxDistance", certificate.MaxDistance);
        Number(json, "distanceAllowed", MixCertificate.DistanceAllowed);
        json.WriteNumber("batchDraws", certificate.Draws);
        Number(json, "batchEffectiveDrawsMin", certificate.EffectiveDrawsMin);
        Number(json, "batchRHatMax", certificate.RHatMax);
        Number(json, "batchSeconds", certificate.BatchSeconds);
        json.WriteStartArray("distances");
        foreach (MixDistance each in certificate.Distances)
        {
            json.WriteStartObject();
            json.WriteString("name", each.Name);
            Number(json, "stream", each.Stream);
            Number(json, "batch", each.Batch);
            Number(json, "monteCarloError", each.MonteCarloError);
            Number(json, "distance", each.Distance);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCurves(Utf8JsonWriter json, MixReport report)
    {
        json.WriteStartObject("curves");
        foreach (ResponseCurve curve in report.Curves)
        {
            json.WriteStartObject(curve.Channel);
            Number(json, "current", curve.Current);
            Number(json, "costPerMedia", curve.CostPerMedia);
            Number(json, "marginalRoi", curve.MarginalRoi);
            Number(json, "breakEven", curve.BreakEven ?? double.NaN);
            json.WriteStartArray("points");
            foreach (ResponsePoint point in curve.Points)
            {
                json.WriteStartObject();
                Number(json, "media", point.Media);
                Number(json, "response", point.Response);
                Number(json, "q05", point.Q05);
                Number(json, "q95", point.Q95);
                Number(json, "marginal", point.Marginal);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("adstock");
            foreach (MixEstimate weight in report.Adstock.First(each => each.Channel == curve.Channel).Weights)
            {
                json.WriteNumberValue(weight.Mean);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteEffects(Utf8JsonWriter json, MixReport report)
    {
        if (report.Effects.Count == 0)
        {
            return;
        }

        json.WriteStartObject("effects");
        foreach (EffectOverTime effect in report.Effects)
        {
            json.WriteStartArray(effect.Channel);
            foreach ((DateOnly date, MixEstimate estimate) in effect.Periods)
            {
                json.WriteStartObject();
                json.WriteString("date", date.ToString("yyyy-MM-dd", null));
                WriteNumbers(json, estimate);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteRegions(Utf8JsonWriter json, MixReport report)
    {
        if (report.Regions.Count == 0)
        {
            return;
        }

        json.WriteStartArray("regions");
        foreach (RegionContribution each in report.Regions)
        {
            json.WriteStartObject();
            json.WriteString("region", each.Region);
            json.WriteString("channel", each.Channel);
            WriteNumbers(json, each.Total);
            json.WritePropertyName("effect");
            WriteEstimate(json, each.Effect, hasName: false);
            if (each.Spend is double spend && each.Roi is MixEstimate roi)
            {
                Number(json, "spend", spend);
                json.WritePropertyName("roi");
                WriteEstimate(json, roi, hasName: false);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFacts(Utf8JsonWriter json, MixModel model)
    {
        json.WriteStartObject("run");
        json.WriteNumber("periods", model.Periods);
        json.WriteNumber("particles", model.Spec.Particles);
        json.WriteNumber("seed", model.Spec.Seed);
        json.WriteNumber("resamplings", model.Resamplings);
        Number(json, "logEvidence", model.LogEvidence);
        json.WriteStartObject("scales");
        Number(json, model.Spec.Target, model.History.Scales.Target);
        for (int c = 0; c < model.Layout.Channels.Length; c++)
        {
            Number(json, model.Layout.Channels[c].Name, model.History.Scales.Media[c]);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    // JSON has no word for what is not a number.
    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
