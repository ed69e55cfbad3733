using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>Reads groups of channels and linear constraints over them.</summary>
internal static class ConstraintReader
{
    private const int ConstraintsMax = 200;

    public static PlanConstraint[] Read(MapReader map, VectorReader vectors, double budget, PlanPeriod[] periods)
    {
        List<PlanConstraint> constraints = [];
        foreach (string key in new[] { "groups", "constraints" })
        {
            if (map.Value(key, required: false) is null)
            {
                continue;
            }

            foreach (YamlNode node in map.Items(key, key, required: true, ConstraintsMax))
            {
                string weights = key == "groups" ? "channels" : "weights";
                MapReader? one = MapReader.Open(node, key == "groups" ? "a group" : "a constraint", vectors.Problems, ["name", weights, "min", "max", "period"]);
                if (one is not null && One(one, weights, vectors, budget, periods, constraints.Count) is { } constraint)
                {
                    constraints.Add(constraint);
                }
            }
        }

        return [.. constraints];
    }

    private static PlanConstraint? One(MapReader map, string key, VectorReader vectors, double budget, PlanPeriod[] periods, int at)
    {
        ProblemList problems = vectors.Problems;
        double[]? weights = key == "channels" ? Group(map, vectors) : Weights(map, vectors);
        double? min = Side(map, "min", vectors, budget);
        double? max = Side(map, "max", vectors, budget);
        int? period = null;
        if (map.Text("period", required: false) is { } name)
        {
            int found = Array.FindIndex(periods, each => each.Name == name);
            if (found < 0)
            {
                problems.Add(map.Value("period")!, $"there is no period {YamlNode.Quote(name)}{NearestName.Advice(name, [.. periods.Select(p => p.Name)])}");
                return null;
            }

            period = found;
        }

        if (min is null && max is null)
        {
            problems.Add(map.Node, "it needs 'min' or 'max'");
            return null;
        }

        if (min > max)
        {
            problems.Add(map.Node, FormattableString.Invariant($"'min' is {min:R} and 'max' is {max:R}"));
            return null;
        }

        return weights is null ? null : new PlanConstraint(
            map.Text("name", required: false) ?? $"constraint {at + 1}", weights, min ?? double.NegativeInfinity, max ?? double.PositiveInfinity, period);
    }

    private static double[]? Group(MapReader map, VectorReader vectors)
    {
        double[] weights = new double[vectors.Channels.Length];
        bool isGood = true;
        foreach (YamlNode item in map.Items("channels", "channels", required: true))
        {
            int found = Array.IndexOf(vectors.Channels, item.Text);
            if (item.Kind != YamlKind.Text || found < 0)
            {
                vectors.Problems.Add(item, $"there is no channel {item.Found}{NearestName.Advice(item.Text, vectors.Channels)}");
                isGood = false;
                continue;
            }

            weights[found] = 1;
        }

        return isGood && map.Has("channels") ? weights : null;
    }

    // By name only those that have a weight.
    private static double[]? Weights(MapReader map, VectorReader vectors)
    {
        if (map.Value("weights", required: true) is not { Kind: YamlKind.Map } node)
        {
            return vectors.Vector(map, "weights", NumberRange.Any);
        }

        if (MapReader.Open(node, "'weights'", vectors.Problems, vectors.Channels) is not { } named)
        {
            return null;
        }

        double[] weights = new double[vectors.Channels.Length];
        bool isGood = true;
        for (int c = 0; c < weights.Length; c++)
        {
            isGood &= named.Value(vectors.Channels[c], required: false) is not { } value
                || vectors.Number(value, $"the weight of {vectors.Channels[c]}", NumberRange.Any, double.NaN, out weights[c]);
        }

        return isGood ? weights : null;
    }

    private static double? Side(MapReader map, string key, VectorReader vectors, double budget) =>
        map.Value(key, required: false) is { } node && vectors.Number(node, $"'{key}'", NumberRange.Any, budget, out double side) ? side : null;
}
