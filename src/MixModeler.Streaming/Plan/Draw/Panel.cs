namespace MixModeler.Streaming.Plan.Draw;

/// <summary>A frame with two axes in a picture.</summary>
internal sealed class Panel
{
    private readonly SvgText svg;
    private readonly double left;
    private readonly double top;
    private readonly double right;
    private readonly double bottom;

    public Panel(SvgText svg, double left, double top, double width, double height, (double Least, double Most) x, (double Least, double Most) y)
    {
        this.svg = svg;
        this.left = left;
        this.top = top;
        right = left + width;
        bottom = top + height;
        X = new Axis(x.Least, x.Most, left, right, (int)Math.Clamp(width / 70, 2, 8));
        Y = new Axis(y.Least, y.Most, bottom, top, (int)Math.Clamp(height / 40, 2, 8));
    }

    public Axis X { get; }

    public Axis Y { get; }

    public (double X, double Y) At(double x, double y) => (X.At(x), Y.At(y));

    public void Frame(string title, string xName, string yName, bool withXTicks = true)
    {
        foreach (double tick in Y.Ticks)
        {
            svg.Line(left, Y.At(tick), right, Y.At(tick), SvgText.Ink, 1, opacity: 0.25);
            svg.Text(left - 6, Y.At(tick) + 4, Axis.Label(tick), "end", 11);
        }

        foreach (double tick in withXTicks ? X.Ticks : [])
        {
            svg.Line(X.At(tick), bottom, X.At(tick), bottom + 4, SvgText.Ink);
            svg.Text(X.At(tick), bottom + 16, Axis.Label(tick), "middle", 11);
        }

        svg.Line(left, bottom, right, bottom, SvgText.Ink);
        svg.Line(left, top, left, bottom, SvgText.Ink);
        svg.Text((left + right) / 2, top - 8, title, "middle", 13, isBold: true);
        svg.Text((left + right) / 2, bottom + 32, xName, "middle", 11);
        svg.Text(left - 48, (top + bottom) / 2, yName, "middle", 11, turned: true);
    }

    public void XLabel(double x, string words)
    {
        svg.Line(X.At(x), bottom, X.At(x), bottom + 4, SvgText.Ink);
        svg.Text(X.At(x), bottom + 16, words, "middle", 11);
    }

    public void Curve(double[] x, double[] y, string colour) => svg.Path(x.Select((at, i) => At(at, y[i])), colour, 2);

    public void Band(double[] x, double[] low, double[] high, string colour, double opacity = 0.22) =>
        svg.Area(x.Select((at, i) => At(at, high[i])).Concat(x.Select((at, i) => At(at, low[i])).Reverse()), colour, opacity);

    public void Vertical(double x, string colour)
    {
        if (x >= X.Least && x <= X.Most)
        {
            svg.Line(X.At(x), top, X.At(x), bottom, colour, 1.5, "5 4");
        }
    }

    public void Dot(double x, double y, string colour, bool isHollow)
    {
        (double px, double py) = At(x, y);
        svg.Dot(px, py, 4.5, colour, isHollow);
    }
}
