using System.Globalization;
using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Cli.Mix;

/// <summary>A report as tables for people.</summary>
internal static class MixText
{
    public static void Write(TextWriter output, MixModel model, MixReport report, MixCertificate? certificate)
    {
        output.WriteLine($"{model.Periods} periods, {model.Spec.Particles} particles, seed {model.Spec.Seed}, moved {model.Resamplings} times");
        output.WriteLine();
        int width = Math.Max(9, report.Parameters.Max(parameter => parameter.Name.Length));
        output.WriteLine($"{"parameter".PadRight(width)}  {"mean",14}  {"sd",12}  {"5 %",14}  {"95 %",14}");
        foreach (MixEstimate each in report.Parameters)
        {
            output.WriteLine($"{each.Name.PadRight(width)}  {Text(each.Mean),14}  {Text(each.Sd),12}  {Text(each.Q05),14}  {Text(each.Q95),14}");
        }

        output.WriteLine();
        output.WriteLine($"{"channel".PadRight(width)}  {"contribution",14}  {"5 %",14}  {"95 %",14}  {"share",7}  {"ROI",9}  {"marginal",9}");
        foreach (ChannelContribution each in report.Contributions)
        {
            ResponseCurve curve = report.Curves.First(curve => curve.Channel == each.Channel);
            string roi = each.Roi is MixEstimate known ? Text(known.Mean) : "";
            output.WriteLine($"{each.Channel.PadRight(width)}  {Text(each.Total.Mean),14}  {Text(each.Total.Q05),14}  {Text(each.Total.Q95),14}"
                + $"  {each.Share.ToString("P1", CultureInfo.InvariantCulture),7}  {roi,9}  {Text(curve.MarginalRoi),9}");
        }

        output.WriteLine();
        MixFitFigures fit = report.Fit;
        output.WriteLine($"fit, posterior predictive  R2 {Text(fit.R2)}, NRMSE {Text(fit.Nrmse)}, MAPE {Text(fit.Mape)}, RMSE {Text(fit.Rmse)}");
        output.WriteLine($"fit, posterior mean        R2 {Text(fit.OfMean.R2)}, NRMSE {Text(fit.OfMean.Nrmse)}, MAPE {Text(fit.OfMean.Mape)}, "
            + $"sMAPE {Text(fit.OfMean.Smape)}, RMSE {Text(fit.OfMean.Rmse)}");
        output.WriteLine($"foretold, {model.Scores.Count} periods      CRPS {Text(model.Scores.Crps)}, MAPE {Text(model.Scores.Mape)}, "
            + $"90 % intervals held {Text(100 * model.Scores.Coverage90)} %");
        if (fit.Regions is { } regions)
        {
            output.WriteLine($"fit of {model.Spec.Regions!.Members.Count} regions, mean     R2 {Text(regions.R2)}, MAPE {Text(regions.Mape)}, weighted MAPE {Text(regions.WeightedMape)}");
        }

        WriteCertificate(output, certificate);
    }

    private static void WriteCertificate(TextWriter output, MixCertificate? certificate)
    {
        if (certificate is null)
        {
            return;
        }

        MixDistance worst = certificate.Distances.MaxBy(each => each.Distance)!;
        output.WriteLine();
        output.WriteLine($"certificate {(certificate.Holds ? "holds" : "does NOT hold")}: at most {Text(certificate.MaxDistance)} Monte-Carlo standard errors from a batch of "
            + $"{certificate.Draws} draws ({Text(certificate.BatchSeconds)} s, R-hat {Text(certificate.RHatMax)}); farthest is {worst.Name}");
    }

    private static string Text(double value) => Math.Abs(value) switch
    {
        >= 1_000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
