using System.Text.Json;

namespace MixModeler.Streaming.Plan.Draw;

/// <summary>Response curves, a panel each: band of the posterior, today, plan, and where a unit brings less than itself.</summary>
internal static class ResponsePlot
{
    private const double PanelWidth = 250;
    private const double PanelHeight = 170;

    public static string? Draw(JsonElement root, out string? problem)
    {
        IReadOnlyList<DrawnCurve> curves = PlotSource.Curves(root);
        problem = curves.Count == 0 ? PlotSource.Lacks("response", "it needs curves of one week", "plan solve --json` or `mix fit --json") : null;
        if (problem is not null)
        {
            return null;
        }

        int perRow = Math.Min(3, curves.Count);
        int rows = (curves.Count + perRow - 1) / perRow;
        SvgText svg = new(40 + (perRow * (PanelWidth + 80)), 96 + (rows * (PanelHeight + 78)), "Response by spend");
        svg.Dot(26, 44, 4.5, SvgText.Ink, isHollow: true);
        svg.Text(38, 48, "today");
        svg.Dot(96, 44, 4.5, SvgText.Ink);
        svg.Text(108, 48, "plan");
        svg.Line(156, 44, 184, 44, SvgText.Ink, 1.5, "5 4");
        svg.Text(190, 48, "break-even: the next unit brings less than itself");
        if (curves.Any(curve => curve.Low is not null))
        {
            svg.Box(510, 38, 24, 11, SvgText.Ink, 0.3);
            svg.Text(540, 48, "90 % of the posterior");
        }

        for (int c = 0; c < curves.Count; c++)
        {
            One(svg, curves[c], 70 + (c % perRow * (PanelWidth + 80)), 92 + (c / perRow * (PanelHeight + 78)), SvgText.Colour(c));
        }

        return svg.ToString();
    }

    private static void One(SvgText svg, DrawnCurve curve, double left, double top, string colour)
    {
        double most = (curve.High ?? curve.Mean).Max();
        Panel panel = new(svg, left, top, PanelWidth, PanelHeight, (0, curve.X[^1]), (Math.Min(0, curve.Mean.Min()), most));
        panel.Frame(curve.Name, "spend", "response");
        if (curve.Low is not null && curve.High is not null)
        {
            panel.Band(curve.X, curve.Low, curve.High, colour);
        }

        panel.Curve(curve.X, curve.Mean, colour);
        if (curve.BreakEven is { } breakEven)
        {
            panel.Vertical(breakEven, SvgText.Ink);
        }

        if (curve.Current is { } current)
        {
            panel.Dot(current, ValueAt(curve, current), colour, isHollow: true);
        }

        if (curve.Planned is { } planned)
        {
            panel.Dot(planned, ValueAt(curve, planned), colour, isHollow: false);
        }
    }

    private static double ValueAt(DrawnCurve curve, double x)
    {
        int at = Array.FindIndex(curve.X, each => each >= x);
        if (at <= 0)
        {
            return at == 0 ? curve.Mean[0] : curve.Mean[^1];
        }

        double share = (x - curve.X[at - 1]) / (curve.X[at] - curve.X[at - 1]);
        return curve.Mean[at - 1] + (share * (curve.Mean[at] - curve.Mean[at - 1]));
    }
}
