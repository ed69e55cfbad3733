using System.Text.Json;

namespace MixModeler.Streaming.Plan.Draw;

/// <summary>Several series over lags or dates: adstock as lines, contributions as stacked areas, effects with their intervals.</summary>
internal static class LinePlot
{
    private const double Width = 760;
    private const double Height = 320;
    private const int DateLabelsMax = 8;

    public static string? DrawAdstock(JsonElement root, out string? problem)
    {
        IReadOnlyList<DrawnSeries> series = PlotSource.Adstocks(root);
        problem = series.Count == 0 ? PlotSource.Lacks("adstock", "nothing carries over in it", "plan solve --json` or `mix fit --json") : null;
        if (problem is not null)
        {
            return null;
        }

        SvgText svg = new(Width + 110, Height + 150, "Carry-over by weeks since the spend");
        double legend = svg.Legend(80, 50, [.. series.Select((each, s) => (each.Name, SvgText.Colour(s)))]);
        Panel panel = new(
            svg, 80, 58 + legend, Width, Height, (0, Math.Max(1, series.Max(each => each.Values.Length - 1))), (0, series.Max(each => each.Values.Max())));
        panel.Frame("", "lag, weeks", "share of the effect");
        for (int s = 0; s < series.Count; s++)
        {
            double[] lags = [.. series[s].Values.Select((_, lag) => (double)lag)];
            panel.Curve(lags, series[s].Values, SvgText.Colour(s));
            for (int lag = 0; lag < lags.Length; lag++)
            {
                (double x, double y) = panel.At(lag, series[s].Values[lag]);
                svg.Dot(x, y, 2.5, SvgText.Colour(s));
            }
        }

        return svg.ToString();
    }

    public static string? DrawContributions(JsonElement root, out string? problem)
    {
        (string[] dates, IReadOnlyList<DrawnSeries> series) = PlotSource.Contributions(root);
        problem = series.Count == 0 || dates.Length < 2
            ? PlotSource.Lacks("contributions", "it needs contributions of at least two weeks", "mix fit --json` or `plan solve --json")
            : null;
        if (problem is not null)
        {
            return null;
        }

        SvgText svg = new(Width + 110, Height + 150, "Contribution by date");
        double legend = svg.Legend(80, 50, [.. series.Select((each, s) => (each.Name, SvgText.Colour(s)))]);
        double[] floor = new double[dates.Length];
        double most = dates.Select((_, d) => series.Sum(each => Math.Max(0, each.Values[d]))).Max();
        double least = dates.Select((_, d) => series.Sum(each => Math.Min(0, each.Values[d]))).Min();
        Panel panel = new(svg, 80, 58 + legend, Width, Height, (0, dates.Length - 1), (least, most));
        // The axis of dates ends at the last one, not at a round number.
        double[] x = [.. dates.Select((_, d) => d * panel.X.Most / (dates.Length - 1))];
        panel.Frame("", "", "contribution", withXTicks: false);
        for (int s = 0; s < series.Count; s++)
        {
            double[] top = [.. floor.Select((low, d) => low + series[s].Values[d])];
            panel.Band(x, floor, top, SvgText.Colour(s), 0.85);
            floor = top;
        }

        LabelDates(panel, x, dates);
        return svg.ToString();
    }

    public static string? DrawEffects(JsonElement root, out string? problem)
    {
        (string[] dates, IReadOnlyList<DrawnSeries> series) = PlotSource.Effects(root);
        problem = series.Count == 0 || dates.Length < 2
            ? PlotSource.Lacks("effects", "no channel of it has a path", "mix fit --json")
            : null;
        if (problem is not null)
        {
            return null;
        }

        SvgText svg = new(Width + 110, Height + 150, "Effect by date");
        double legend = svg.Legend(80, 50, [.. series.Select((each, s) => (each.Name, SvgText.Colour(s)))]);
        (double least, double most) = (Math.Min(0, series.Min(each => each.Low!.Min())), series.Max(each => each.High!.Max()));
        Panel panel = new(svg, 80, 58 + legend, Width, Height, (0, dates.Length - 1), (least, most));
        double[] x = [.. dates.Select((_, d) => d * panel.X.Most / (dates.Length - 1))];
        panel.Frame("", "", "effect of saturated media", withXTicks: false);
        for (int s = 0; s < series.Count; s++)
        {
            panel.Band(x, series[s].Low!, series[s].High!, SvgText.Colour(s), 0.25);
            panel.Curve(x, series[s].Values, SvgText.Colour(s));
        }

        LabelDates(panel, x, dates);
        return svg.ToString();
    }

    private static void LabelDates(Panel panel, double[] x, string[] dates)
    {
        int every = Math.Max(1, (dates.Length + DateLabelsMax - 1) / DateLabelsMax);
        for (int d = 0; d < dates.Length; d += every)
        {
            panel.XLabel(x[d], dates[d]);
        }
    }
}
