using System.Globalization;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>Reads flights and carry-over.</summary>
internal sealed class PeriodReader(VectorReader vectors)
{
    private const int WeeksMax = 520;
    private const int LagMax = 104;
    private static readonly NumberRange NotNegative = new(0, true, double.MaxValue, true);
    private static readonly NumberRange Positive = new(0, false, double.MaxValue, true);

    private readonly ProblemList problems = vectors.Problems;

    /// <param name="node">The list.</param>
    /// <param name="budget">Of the whole plan; NaN where the periods' budgets make it.</param>
    /// <param name="costs">Of the whole plan.</param>
    /// <param name="upper">The most of each channel where a period does not say it.</param>
    public PlanPeriod[]? Periods(YamlNode node, double budget, double[] costs, double[] upper)
    {
        if (node.Kind != YamlKind.List || node.Items.Count is 0 or > WeeksMax)
        {
            problems.Add(node, $"'periods' is a list of 1 to {WeeksMax} periods; found {node.Found}");
            return null;
        }

        PlanPeriod?[] periods = [.. node.Items.Select((item, p) => Period(item, p, budget, costs, upper))];
        return VectorReader.AllOf(periods);
    }

    private PlanPeriod? Period(YamlNode node, int at, double budget, double[] costs, double[] upper)
    {
        MapReader? map = MapReader.Open(
            node, "a period", problems, ["name", "start", "weeks", "budget", "pattern", "revenue", "lower", "upper", "costs", "current_spend"]);
        if (map is null)
        {
            return null;
        }

        int weeks = map.Count("weeks", 1, 1, WeeksMax);
        double? own = map.Value("budget", required: false) is { } value && vectors.Number(value, "'budget'", NotNegative, double.NaN, out double b) ? b : null;
        double whole = own ?? budget;
        DateOnly? start = null;
        if (map.Text("start", required: false) is { } text)
        {
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
            {
                start = day;
            }
            else
            {
                problems.Add(map.Value("start")!, $"'start' is a day such as 2026-01-05; found {YamlNode.Quote(text)}");
            }
        }

        return new PlanPeriod
        {
            Name = map.Text("name", required: false) ?? $"period {at + 1}",
            Start = start,
            Weeks = weeks,
            Budget = own,
            Pattern = Pattern(map, weeks),
            Revenue = map.Value("revenue", required: false) is { } r
                && vectors.Number(r, "'revenue'", NotNegative, double.NaN, out double revenue) ? revenue : null,
            Lower = vectors.Vector(map, "lower", NotNegative, whole) ?? new double[upper.Length],
            Upper = vectors.Vector(map, "upper", NotNegative, whole) ?? [.. upper.Select(most => Math.Min(most, whole))],
            Costs = vectors.Vector(map, "costs", Positive) ?? costs,
            CurrentSpend = vectors.Vector(map, "current_spend", NotNegative),
        };
    }

    // 'automatic' leaves the weeks to the plan; numbers are a profile of the past, of which only the proportions count.
    private double[]? Pattern(MapReader map, int weeks)
    {
        if (map.Value("pattern", required: false) is not { } node || (node.Kind == YamlKind.Text && node.Text == "automatic"))
        {
            return null;
        }

        if (node.Kind == YamlKind.Text && node.Text == "even")
        {
            return [.. Enumerable.Repeat(1.0 / weeks, weeks)];
        }

        if (node.Kind == YamlKind.Text)
        {
            problems.Add(node, $"'pattern' is automatic, even, or a list of {weeks} weekly spends of the past; found {node.Found}");
            return null;
        }

        double[]? profile = vectors.Numbers(node, "'pattern'", NotNegative);
        if (profile is not null && (profile.Length != weeks || profile.Sum() <= 0))
        {
            problems.Add(node, $"'pattern' has {profile.Length} weeks with a sum of {profile.Sum():R}; it needs {weeks}, and some spend in them");
            return null;
        }

        return profile is null ? null : [.. profile.Select(week => week / profile.Sum())];
    }

    /// <summary>Weights by lag of each channel: one description for all, or a list.</summary>
    public double[][]? Adstock(YamlNode node)
    {
        if (node.Kind != YamlKind.List)
        {
            return Kernel(node) is { } all ? [.. vectors.Channels.Select(_ => all)] : null;
        }

        if (node.Items.Count != vectors.Channels.Length)
        {
            problems.Add(node, $"'adstock' is one description, or a list of {vectors.Channels.Length}, one of each channel; found {node.Items.Count}");
            return null;
        }

        double[]?[] kernels = [.. node.Items.Select(Kernel)];
        return VectorReader.AllOf(kernels);
    }

    private double[]? Kernel(YamlNode node)
    {
        MapReader? map = MapReader.Open(node, "an adstock", problems, ["type", "rate", "lag", "peak", "normalise", "weights"]);
        if (map is null)
        {
            return null;
        }

        bool normalise = map.Text("normalise", required: false) is not "false";
        double[]? weights = map.Value("weights", required: false) is { } given
            ? vectors.Numbers(given, "'weights'", NotNegative)
            : Formula(map, map.Text("type", required: false) ?? "geometric");
        if (weights is null)
        {
            return null;
        }

        double sum = weights.Sum();
        if (weights.Length is 0 or > LagMax + 1 || sum <= 0)
        {
            problems.Add(node, $"an adstock has 1 to {LagMax + 1} weights with a sum above 0; found {weights.Length} with {sum:R}");
            return null;
        }

        return normalise && !map.Has("weights") ? [.. weights.Select(weight => weight / sum)] : weights;
    }

    private double[]? Formula(MapReader map, string type)
    {
        string[] types = ["geometric", "delayed", "binomial"];
        if (!types.Contains(type))
        {
            problems.Add(map.Value("type")!, $"there is no adstock {YamlNode.Quote(type)}{NearestName.Advice(type, types)}");
            return null;
        }

        double rate = map.Number("rate", 0.5, type == "binomial" ? new NumberRange(0, false, 1, true) : new NumberRange(0, true, 1, false));
        int lag = map.Count("lag", 8, 0, LagMax);
        double peak = map.Number("peak", 0, NumberRange.Inclusive(0, LagMax));
        return [.. Enumerable.Range(0, lag + 1).Select(l => type switch
        {
            "geometric" => Math.Pow(rate, l),
            "delayed" => Math.Pow(rate, (l - peak) * (l - peak)),
            _ => Math.Pow(1 - ((double)l / (lag + 1)), (1 / rate) - 1),
        })];
    }
}
