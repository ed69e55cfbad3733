using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Plan.Draw;

/// <summary>
/// Writes a picture as SVG. Colours are of middle brightness on no background, so that it reads on white and on black alike; numbers
/// have two decimals, so that the same picture has the same bytes.
/// </summary>
internal sealed class SvgText
{
    public const string Ink = "#7d7d7d";

    private static readonly string[] Palette = ["#3b8bc2", "#e08a1e", "#2a9d78", "#d1495b", "#9b72cf", "#8c7a5b", "#4cb5ae", "#b0578d"];

    private readonly StringBuilder text = new();
    private readonly double width;
    private readonly double height;

    public SvgText(double width, double height, string title)
    {
        this.width = width;
        this.height = height;
        text.Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {N(width)} {N(height)}\" width=\"{N(width)}\" height=\"{N(height)}\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n");
        text.Append(CultureInfo.InvariantCulture, $"<title>{Escape(title)}</title>\n");
        Text(16, 22, title, size: 15, isBold: true);
    }

    public static string Colour(int at) => Palette[at % Palette.Length];

    public void Line(double x1, double y1, double x2, double y2, string colour, double stroke = 1, string? dash = null, double opacity = 1)
    {
        string dashes = dash is null ? "" : $" stroke-dasharray=\"{dash}\"";
        text.Append(CultureInfo.InvariantCulture,
            $"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\" stroke=\"{colour}\" stroke-width=\"{N(stroke)}\" stroke-opacity=\"{N(opacity)}\"{dashes}/>\n");
    }

    public void Path(IEnumerable<(double X, double Y)> points, string colour, double stroke) =>
        text.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{Points(points)}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{N(stroke)}\" stroke-linejoin=\"round\"/>\n");

    public void Area(IEnumerable<(double X, double Y)> points, string colour, double opacity) =>
        text.Append(CultureInfo.InvariantCulture, $"<polygon points=\"{Points(points)}\" fill=\"{colour}\" fill-opacity=\"{N(opacity)}\"/>\n");

    public void Box(double x, double y, double boxWidth, double boxHeight, string colour, double opacity = 1) =>
        text.Append(CultureInfo.InvariantCulture,
            $"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(Math.Max(0, boxWidth))}\" height=\"{N(Math.Max(0, boxHeight))}\" fill=\"{colour}\" fill-opacity=\"{N(opacity)}\"/>\n");

    public void Dot(double x, double y, double radius, string colour, bool isHollow = false) =>
        text.Append(CultureInfo.InvariantCulture,
            $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\" fill=\"{(isHollow ? "none" : colour)}\" stroke=\"{colour}\" stroke-width=\"2\"/>\n");

    /// <param name="x">Where the anchor is.</param>
    /// <param name="y">The base line.</param>
    /// <param name="words">As they are; escaped here.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="size">In pixels.</param>
    /// <param name="isBold">For titles.</param>
    /// <param name="turned">Whether it reads upwards.</param>
    public void Text(double x, double y, string words, string anchor = "start", double size = 12, bool isBold = false, bool turned = false)
    {
        string turn = turned ? string.Create(CultureInfo.InvariantCulture, $" transform=\"rotate(-90 {N(x)} {N(y)})\"") : "";
        string weight = isBold ? " font-weight=\"600\"" : "";
        text.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{N(x)}\" y=\"{N(y)}\" fill=\"{Ink}\" text-anchor=\"{anchor}\" font-size=\"{N(size)}\"{weight}{turn}>{Escape(words)}</text>\n");
    }

    /// <summary>Names with their colours, from left to right, in as many lines as they need.</summary>
    /// <returns>How high they are.</returns>
    public double Legend(double x, double y, IReadOnlyList<(string Name, string Colour)> entries)
    {
        double at = x;
        double line = 0;
        foreach ((string name, string colour) in entries)
        {
            double needed = 34 + (6.8 * name.Length);
            if (at > x && at + needed > width - 10)
            {
                at = x;
                line += 18;
            }

            Box(at, y + line - 9, 12, 10, colour);
            Text(at + 17, y + line, name);
            at += needed;
        }

        return line + 18;
    }

    public override string ToString() => text + "</svg>\n";

    private static string Points(IEnumerable<(double X, double Y)> points) => string.Join(' ', points.Select(point => $"{N(point.X)},{N(point.Y)}"));

    private static string N(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Escape(string words) => string.Concat(words.Where(c => !char.IsControl(c)))
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>The height of the whole picture.</summary>
    public double Height => height;
}
