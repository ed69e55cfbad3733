using System.Text.Json;

namespace MixModeler.Streaming.Plan.Draw;

/// <summary>Bars by channel: a plan beside today, or the credit of an attribution.</summary>
internal static class BarPlot
{
    private const double Height = 300;

    public static string? DrawPlan(JsonElement root, out string? problem)
    {
        problem = null;
        if (PlotSource.Spends(root) is not { } spends)
        {
            problem = PlotSource.Lacks("plan", "it needs spends by channel", "plan solve --json");
            return null;
        }

        DrawnSeries[] series = spends.Before is null ? [spends.After] : [spends.Before, spends.After];
        return Draw("Spend by channel", "spend", spends.Names, series);
    }

    public static string? DrawAttribution(JsonElement root, out string? problem)
    {
        problem = null;
        if (PlotSource.Attribution(root) is not { } credit)
        {
            problem = PlotSource.Lacks("attribution", "it needs channels with conversions", "attribute --json");
            return null;
        }

        return Draw("Conversions by channel", "conversions", credit.Names, [credit.Credit]);
    }

    private static string Draw(string title, string yName, string[] names, DrawnSeries[] series)
    {
        double slot = Math.Max(56, 10 + (6.5 * names.Max(name => name.Length)));
        double width = Math.Max(320, slot * names.Length);
        SvgText svg = new(width + 110, Height + 140, title);
        double most = series.Max(each => (each.High ?? each.Values).Max());
        Panel panel = new(svg, 80, 74, width, Height, (0, names.Length), (Math.Min(0, series.Min(each => each.Values.Min())), most));
        panel.Frame("", "", yName, withXTicks: false);
        if (series.Length > 1)
        {
            svg.Legend(80, 50, [.. series.Select((each, s) => (each.Name, Colour(series.Length, s)))]);
        }

        for (int c = 0; c < names.Length; c++)
        {
            panel.XLabel(c + 0.5, names[c]);
            for (int s = 0; s < series.Length; s++)
            {
                Bar(svg, panel, series[s], c, s, series.Length);
            }
        }

        return svg.ToString();
    }

    // Today is grey, so that the plan is what one sees.
    private static string Colour(int count, int at) => count > 1 && at == 0 ? SvgText.Ink : SvgText.Colour(0);

    private static void Bar(SvgText svg, Panel panel, DrawnSeries series, int c, int s, int count)
    {
        double wide = 0.76 / count;
        double left = c + 0.12 + (s * wide);
        double zero = panel.Y.At(0);
        double value = panel.Y.At(series.Values[c]);
        double x = panel.X.At(left);
        double width = panel.X.At(left + wide) - x - 2;
        svg.Box(x, Math.Min(zero, value), width, Math.Abs(zero - value), Colour(count, s), 0.9);
        svg.Text(x + (width / 2), Math.Min(zero, value) - (series.High is null ? 4 : 18), Axis.Label(Rounded(series.Values[c])), "middle", 10);
        if (series.Low is not null && series.High is not null)
        {
            double middle = x + (width / 2);
            svg.Line(middle, panel.Y.At(series.Low[c]), middle, panel.Y.At(series.High[c]), SvgText.Ink, 2);
            svg.Line(middle - 5, panel.Y.At(series.Low[c]), middle + 5, panel.Y.At(series.Low[c]), SvgText.Ink, 2);
            svg.Line(middle - 5, panel.Y.At(series.High[c]), middle + 5, panel.Y.At(series.High[c]), SvgText.Ink, 2);
        }
    }

    // Three digits are what a bar shows.
    private static double Rounded(double number)
    {
        if (Math.Abs(number) < 1e-9)
        {
            return 0;
        }

        double unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(number))) - 2);
        return Math.Round(number / unit) * unit;
    }
}
