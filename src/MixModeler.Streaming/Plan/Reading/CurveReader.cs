using MixModeler.Streaming.Plan.Curves;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>Reads curves and their posterior draws.</summary>
internal sealed class CurveReader(VectorReader vectors)
{
    public const int DrawsMax = 20_000;
    private static readonly string[] Types = ["hill", "michaelis_menten", "logistic", "tanh", "power", "points"];
    private static readonly NumberRange Any = NumberRange.Any;
    private static readonly NumberRange NotNegative = new(0, true, double.MaxValue, true);
    private static readonly NumberRange Positive = new(0, false, double.MaxValue, true);

    private readonly ProblemList problems = vectors.Problems;

    /// <summary>Curves and draws of one conversion: three lists, or 'curves', or points by channel. Null with a problem.</summary>
    public (IResponseCurve[] Curves, HillCurve[][]? Draws)? Read(MapReader map)
    {
        if (map.Value("curves", required: false) is { } list)
        {
            return ByList(list) is { } made ? (made, null) : null;
        }

        if (map.Value("curves_spend_outcome", required: false) is { } published)
        {
            return Published(published) is { } made ? (made, null) : null;
        }

        double[]? beta = vectors.Vector(map, "beta", NotNegative);
        double[]? half = vectors.Vector(map, "half_saturation", Positive);
        double[]? slope = map.Has("slope") ? vectors.Vector(map, "slope", Positive) : [.. vectors.Channels.Select(_ => 1.0)];
        foreach (string key in new[] { "beta", "half_saturation" })
        {
            if (!map.Has(key))
            {
                problems.Add(map.Node, $"the problem needs curves: 'beta', 'half_saturation' and 'slope', or 'curves'; there is no '{key}'");
                return null;
            }
        }

        if (beta is null || half is null || slope is null)
        {
            return null;
        }

        IResponseCurve[] curves = [.. beta.Select((b, c) => new HillCurve(b, half[c], slope[c]))];
        return map.Value("draws", required: false) is not { } draws ? (curves, null)
            : Draws(draws, beta, half, slope) is { } drawn ? (curves, drawn) : null;
    }

    private HillCurve[][]? Draws(YamlNode node, double[] beta, double[] half, double[] slope)
    {
        if (MapReader.Open(node, "'draws'", problems, ["beta", "half_saturation", "slope"]) is not { } map)
        {
            return null;
        }

        double[][]? betas = Table(map, "beta", NotNegative);
        double[][]? halves = Table(map, "half_saturation", Positive);
        double[][]? slopes = Table(map, "slope", Positive);
        double[][][] given = [.. new[] { betas, halves, slopes }.OfType<double[][]>()];
        if (given.Length < map.Keys.Count())
        {
            return null;
        }

        if (given.Length == 0 || given.Any(table => table.Length != given[0].Length) || given[0].Length is < 2 or > DrawsMax)
        {
            problems.Add(node, $"'draws' has tables of one length, 2 to {DrawsMax:N0} draws; found {string.Join(", ", given.Select(table => table.Length))}");
            return null;
        }

        return [.. Enumerable.Range(0, given[0].Length).Select(d => beta.Select((b, c) =>
            new HillCurve(betas?[d][c] ?? b, halves?[d][c] ?? half[c], slopes?[d][c] ?? slope[c])).ToArray())];
    }

    private double[][]? Table(MapReader map, string key, NumberRange range)
    {
        if (map.Value(key, required: false) is not { } node)
        {
            return null;
        }

        if (node.Kind != YamlKind.List)
        {
            problems.Add(node, $"'{key}' of draws is a list of draws, each with a number of each channel; found {node.Found}");
            return null;
        }

        double[]?[] rows = [.. node.Items.Select((item, d) => vectors.Vector(item, $"draw {d} of '{key}'", range))];
        return VectorReader.AllOf(rows);
    }

    private IResponseCurve[]? ByList(YamlNode node)
    {
        if (node.Kind != YamlKind.List || node.Items.Count != vectors.Channels.Length)
        {
            problems.Add(node, $"'curves' is a list of {vectors.Channels.Length} curves, one of each channel; found {node.Found}");
            return null;
        }

        IResponseCurve?[] curves = [.. node.Items.Select(One)];
        return VectorReader.AllOf(curves);
    }

    private IResponseCurve? One(YamlNode node)
    {
        MapReader? map = MapReader.Open(node, "a curve", problems, ["type", "beta", "half_saturation", "slope", "rate", "scale", "exponent", "points"]);
        string? type = map?.Text("type");
        if (map is null || type is null)
        {
            return null;
        }

        if (!Types.Contains(type))
        {
            problems.Add(map.Value("type")!, $"there is no curve {YamlNode.Quote(type)}{NearestName.Advice(type, Types)}");
            return null;
        }

        if (type == "points")
        {
            return map.Value("points", required: true) is { } points ? Points(points, "'points'") : null;
        }

        double? Parameter(string key) => map.Value(key, required: true) is { } value
            && vectors.Number(
                value, $"'{key}'", key == "beta" ? NotNegative : key == "exponent" ? new NumberRange(0, false, 1, true) : Positive, double.NaN, out double n)
            ? n : null;
        double? beta = Parameter("beta");
        double? second = Parameter(type switch { "logistic" => "rate", "tanh" => "scale", "power" => "exponent", _ => "half_saturation" });
        double? slope = type == "hill" ? Parameter("slope") : 1;
        return beta is null || second is null || slope is null ? null : type switch
        {
            "logistic" => new TanhCurve(beta.Value, second.Value / 2),
            // b · tanh(x / (b · c)), as it is usually written.
            "tanh" => new TanhCurve(beta.Value, 1 / (Math.Max(beta.Value, 1e-300) * second.Value)),
            "power" => new PowerCurve(beta.Value, second.Value),
            _ => new HillCurve(beta.Value, second.Value, slope.Value),
        };
    }

    private IResponseCurve[]? Published(YamlNode node)
    {
        if (MapReader.Open(node, "'curves_spend_outcome'", problems, vectors.Channels) is not { } map)
        {
            return null;
        }

        IResponseCurve?[] curves =
            [.. vectors.Channels.Select(channel => map.Value(channel, required: true) is { } points ? Points(points, $"the curve of {channel}") : null)];
        return VectorReader.AllOf(curves);
    }

    private PointsCurve? Points(YamlNode node, string what)
    {
        if (node.Kind != YamlKind.List || node.Items.Count == 0)
        {
            problems.Add(node, $"{what} is a list of points [spend, response]; found {node.Found}");
            return null;
        }

        double[] x = new double[node.Items.Count];
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            if (vectors.Numbers(node.Items[i], $"point {i} of {what}", Any) is not { Length: 2 } point)
            {
                problems.Add(node.Items[i], $"point {i} of {what} is [spend, response]");
                return null;
            }

            (x[i], y[i]) = (point[0], point[1]);
            if (i > 0 && x[i] <= x[i - 1])
            {
                problems.Add(node.Items[i], $"point {i} of {what} has spend {x[i]:R}, which does not follow {x[i - 1]:R}");
                return null;
            }
        }

        return new PointsCurve(x, y);
    }
}
