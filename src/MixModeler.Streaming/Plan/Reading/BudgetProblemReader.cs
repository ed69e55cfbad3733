using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>
/// Reads a budget problem from JSON. What is wrong is collected, each with its line and column: malformed JSON, unknown members,
/// bounds that cross, a budget that they cannot meet, constraints that leave no plan. docs/science/plan.md lists the members.
/// </summary>
public static class BudgetProblemReader
{
    private static readonly string[] Members =
    [
        "name", "channels", "beta", "half_saturation", "slope", "curves", "curves_spend_outcome", "draws", "conversions", "revenue_per_conversion",
        "baseline", "current_spend", "current", "budget", "spend_all", "lower", "upper", "bounds", "change_max", "groups", "constraints", "goal", "risk",
        "confidence", "periods", "adstock", "history", "carry_out", "costs",
    ];

    // What the reference problems say about their solutions: known, and left to the benchmark.
    private static readonly string[] References =
    [
        "current_value", "slsqp_from_current", "slsqp_x", "dp_grid4000", "global_best", "global_x", "source", "current_outcome",
        "meridian_optimised_spend", "meridian_optimised_outcome_on_published_curve", "meridian_reported", "exact_optimum_spend",
        "exact_optimum_outcome", "interpolation",
    ];

    private static readonly NumberRange NotNegative = new(0, true, double.MaxValue, true);
    private static readonly NumberRange Positive = new(0, false, double.MaxValue, true);

    /// <param name="utf8">One problem, or a collection of them.</param>
    /// <param name="file">For messages.</param>
    /// <param name="name">Which problem of a collection; null for the only one.</param>
    /// <param name="problems">What is wrong; empty where a problem is returned.</param>
    public static BudgetProblem? Read(byte[] utf8, string file, string? name, out IReadOnlyList<Problem> problems) =>
        Read(utf8, file, name, null, out problems);

    /// <param name="utf8">One problem, or a collection of them; without what the response has of its own, where there is one.</param>
    /// <param name="file">For messages.</param>
    /// <param name="name">Which problem of a collection; null for the only one.</param>
    /// <param name="response">Curves, carry-over, history and costs of a model, or null where the file has them.</param>
    /// <param name="problems">What is wrong; empty where a problem is returned.</param>
    public static BudgetProblem? Read(byte[] utf8, string file, string? name, PlanResponse? response, out IReadOnlyList<Problem> problems)
    {
        ProblemList list = new(file);
        YamlNode? root = JsonTree.Parse(utf8, list);
        root = root is null ? null : ProblemCollection.Find(root, name, list);
        BudgetProblem? read = root is null ? null : Read(root, list, response);
        problems = list.InOrder();
        return list.IsEmpty ? read : null;
    }

    /// <summary>Terms that stand in another document: a problem without what the response has of its own.</summary>
    internal static BudgetProblem? ReadTerms(YamlNode terms, ProblemList list, PlanResponse response)
    {
        ProblemList own = new(list.File);
        BudgetProblem? read = Read(terms, own, response);
        bool isValid = own.IsEmpty;
        list.AddAll(own, "");
        return isValid ? read : null;
    }

    private static BudgetProblem? Read(YamlNode root, ProblemList list, PlanResponse? response)
    {
        MapReader? map = MapReader.Open(
            root, "a budget problem", list, response is null ? [.. Members, .. References] : [.. Members.Except(PlanResponse.Members)]);
        string[]? channels = map is null ? null : response?.Channels ?? Channels(map, list);
        if (map is null || channels is null)
        {
            return null;
        }

        VectorReader vectors = new(channels, list);
        double budget = Budget(map, list);
        double[]? current = vectors.Vector(map, map.Has("current") ? "current" : "current_spend", NotNegative);
        PlanConversion[]? conversions = response is null
            ? Conversions(map, vectors)
            : [response.Conversion with { Revenue = map.Number("revenue_per_conversion", response.Conversion.Revenue, NotNegative) }];
        (double[] Lower, double[] Upper)? bounds = ChannelBounds.Read(map, vectors, current, budget);
        double[] costs = vectors.Vector(map, "costs", Positive) ?? response?.Costs ?? [.. channels.Select(_ => 1.0)];
        PeriodReader reader = new(vectors);
        double[][]? adstock = response is not null ? response.Adstock
            : map.Value("adstock", required: false) is { } kernels ? reader.Adstock(kernels)
            : [.. channels.Select(NoCarryOver)];
        PlanPeriod[]? periods = bounds is null ? null : map.Value("periods", required: false) is { } flights
            ? reader.Periods(flights, budget, costs, bounds.Value.Upper)
            : [new PlanPeriod { Name = "plan", Lower = bounds.Value.Lower, Upper = bounds.Value.Upper, Costs = costs }];
        double[][]? history = response is null ? History(map, vectors) : response.HistoryAt(periods?[0].Costs ?? costs);
        PlanGoal? goal = GoalReader.Goal(map, list);
        PlanConstraint[] constraints = ConstraintReader.Read(map, vectors, budget, periods ?? []);
        if (!list.IsEmpty || conversions is null || bounds is null || adstock is null || periods is null || history is null)
        {
            return null;
        }

        BudgetProblem problem = new()
        {
            Name = map.Text("name", required: false) ?? "plan",
            Channels = channels,
            Conversions = conversions,
            Periods = periods,
            Budget = budget,
            SpendAll = Flag(map, "spend_all", true, list),
            Lower = bounds.Value.Lower,
            Upper = bounds.Value.Upper,
            CurrentSpend = current ?? response?.CurrentSpend(periods),
            Constraints = constraints,
            Adstock = adstock,
            History = history,
            CarryOut = Flag(map, "carry_out", true, list),
            Risk = GoalReader.Risk(map, conversions, list),
            Goal = goal,
            Confidence = map.Number("confidence", 0.9, NumberRange.Inclusive(0.5, 1)),
        };
        PlanExistence.Check(map, problem, list);
        return list.IsEmpty ? problem : null;
    }

    private static double[] NoCarryOver(string channel) => [1.0];

    private static double Budget(MapReader map, ProblemList list)
    {
        VectorReader numbers = new([], list);
        if (map.Value("budget", required: false) is { } node)
        {
            return numbers.Number(node, "'budget'", NotNegative, double.NaN, out double budget) ? budget : double.NaN;
        }

        // Periods that all have budgets make the whole one.
        double sum = 0;
        List<YamlNode> periods = map.Value("periods", required: false)?.Items ?? [];
        foreach (YamlNode period in periods)
        {
            if (period.Kind != YamlKind.Map || period["budget"] is not { } own || !numbers.Number(own, "'budget'", NotNegative, double.NaN, out double part))
            {
                sum = double.NaN;
                break;
            }

            sum += part;
        }

        if (periods.Count == 0 || double.IsNaN(sum))
        {
            list.Add(map.Node, "a budget problem needs 'budget', or one of each period");
            return double.NaN;
        }

        return sum;
    }

    // Their names, or as many as there are numbers of them.
    private static string[]? Channels(MapReader map, ProblemList list)
    {
        if (map.Value("channels", required: false) is { } node)
        {
            if (node.Kind == YamlKind.List && node.Items.Count > 0 && node.Items.All(item => MapReader.IsText(item, "a channel", list)))
            {
                string[] names = [.. node.Items.Select(item => item.Text)];
                if (names.Distinct().Count() == names.Length)
                {
                    return names;
                }
            }

            list.Add(node, "'channels' is a list of names, each once");
            return null;
        }

        if (map.Value("curves_spend_outcome", required: false) is { Kind: YamlKind.Map } published)
        {
            return [.. published.Entries.Select(entry => entry.Key.Text)];
        }

        YamlNode? counted = map.Value("beta", required: false) ?? map.Value("curves", required: false) ?? map.Value("current_spend", required: false)
            ?? map.Value("upper", required: false);
        if (counted is { Kind: YamlKind.List, Items.Count: > 0 })
        {
            return [.. counted.Items.Select((_, c) => $"channel {c + 1}")];
        }

        list.Add(map.Node, "a budget problem needs 'channels', or a list with a number of each, such as 'beta'");
        return null;
    }

    private static PlanConversion[]? Conversions(MapReader map, VectorReader vectors)
    {
        if (map.Value("conversions", required: false) is not { } node)
        {
            return One(map, vectors, "response", "revenue_per_conversion") is { } only ? [only] : null;
        }

        PlanConversion?[] all = [.. map.Items("conversions", "conversions", required: true, countMax: 32).Select((item, k) =>
            MapReader.Open(item, "a conversion", vectors.Problems, ["name", "weight", "revenue", "baseline", "beta", "half_saturation", "slope", "curves", "draws"])
                is { } one ? One(one, vectors, $"conversion {k + 1}", "revenue") : null)];
        if (all.Length == 0 || all.Any(conversion => conversion is null))
        {
            return null;
        }

        if (all.Select(conversion => conversion!.Draws?.Length ?? 0).Distinct().Count() > 1)
        {
            vectors.Problems.Add(node, "conversions have the same draws, or all of them none: a draw is one posterior of everything");
            return null;
        }

        return all!;
    }

    private static PlanConversion? One(MapReader map, VectorReader vectors, string name, string revenueKey)
    {
        if (new CurveReader(vectors).Read(map) is not { } read)
        {
            return null;
        }

        double weight = revenueKey == "revenue" ? map.Number("weight", 1, NotNegative) : 1;
        string own = revenueKey == "revenue" ? map.Text("name", required: false) ?? name : name;
        return new PlanConversion(own, weight, map.Number(revenueKey, 1, NotNegative), read.Curves, read.Draws, map.Number("baseline", 0, NotNegative));
    }

    private static double[][]? History(MapReader map, VectorReader vectors)
    {
        if (map.Value("history", required: false) is not { } node)
        {
            return [.. vectors.Channels.Select(_ => Array.Empty<double>())];
        }

        if (node.Kind != YamlKind.List || node.Items.Count != vectors.Channels.Length)
        {
            vectors.Problems.Add(node, $"'history' is a list of {vectors.Channels.Length} lists of weekly spends, oldest first; found {node.Found}");
            return null;
        }

        double[]?[] history = [.. node.Items.Select((item, c) => vectors.Numbers(item, $"the history of {vectors.Channels[c]}", NotNegative))];
        return VectorReader.AllOf(history);
    }

    private static bool Flag(MapReader map, string key, bool otherwise, ProblemList list)
    {
        if (map.Value(key, required: false) is not { } node)
        {
            return otherwise;
        }

        if (node.IsQuoted || node.Text is not ("true" or "false"))
        {
            list.Add(node, $"'{key}' is true or false; found {node.Found}");
        }

        return node.Text == "true";
    }
}
