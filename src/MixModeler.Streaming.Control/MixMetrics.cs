using System.Globalization;
using System.Text;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Control;

/// <summary>Marketing-mix models that an engine owns, and its attributions, as Prometheus text.</summary>
internal static class MixMetrics
{
    public static void Append(StringBuilder text, EngineStatus status)
    {
        if (status.Mixes.Length > 0)
        {
            Mixes(text, "mix_periods", "Periods that a mix has taken in.", status, mix => mix.Periods);
            Mixes(text, "mix_waiting", "1 while closed periods of a mix wait for something.", status, mix => mix.Waiting is null ? 0 : 1);
            Mixes(text, "mix_certificate_distance", "Monte-Carlo standard errors from a batch run; NaN before there was one.", status, mix => mix.Certificate?.MaxDistance ?? double.NaN);
            Mixes(text, "mix_certified_periods", "Periods that the newest certificate is of.", status, mix => mix.Certificate?.Periods ?? 0);
        }

        if (status.Attributions.Length > 0)
        {
            Attributions(text, "attribution_scores_total", "Scores of conversions sent, corrections among them.", status, model => model.Scores);
            Attributions(text, "attribution_retractions_total", "Scores taken back.", status, model => model.Retractions);
            Attributions(text, "attribution_lost_total", "Offsets that were never applied; 0 or something is broken.", status, model => model.Lost);
            Attributions(text, "attribution_duplicated_total", "Offsets applied more than once; 0 or something is broken.", status, model => model.Duplicated);
        }
    }

    private static void Mixes(StringBuilder text, string name, string help, EngineStatus status, Func<MixStanding, double> value)
    {
        MetricsText.Head(text, name, "gauge", help);
        foreach (MixStanding mix in status.Mixes)
        {
            text.Append(CultureInfo.InvariantCulture, $"mixmodeler_{name}{{mix=\"{mix.Name}\"}} {value(mix)}\n");
        }
    }

    private static void Attributions(StringBuilder text, string name, string help, EngineStatus status, Func<AttributionReport, double> value)
    {
        MetricsText.Head(text, name, "counter", help);
        foreach (AttributionReport model in status.Attributions)
        {
            text.Append(CultureInfo.InvariantCulture, $"mixmodeler_{name}{{attribution=\"{model.Name}\"}} {value(model)}\n");
        }
    }
}
