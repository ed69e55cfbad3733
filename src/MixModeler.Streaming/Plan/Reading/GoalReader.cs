using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>Reads what is maximised, and what is to be met.</summary>
internal static class GoalReader
{
    private static readonly NumberRange Positive = new(0, false, double.MaxValue, true);

    private static readonly Dictionary<string, GoalMetric> Metrics = new()
    {
        ["response"] = GoalMetric.Response,
        ["revenue"] = GoalMetric.Response,
        ["conversions"] = GoalMetric.Conversions,
        ["roi"] = GoalMetric.Roi,
        ["mroi"] = GoalMetric.MarginalRoi,
        ["cpa"] = GoalMetric.Cpa,
    };

    private static readonly Dictionary<string, RiskMeasure> Measures = new()
    {
        ["mean"] = RiskMeasure.Mean,
        ["cvar"] = RiskMeasure.CVaR,
        ["probability"] = RiskMeasure.Probability,
    };

    public static PlanGoal? Goal(MapReader map, ProblemList problems)
    {
        if (map.Value("goal", required: false) is not { } node || MapReader.Open(node, "'goal'", problems, ["metric", "target"]) is not { } goal)
        {
            return null;
        }

        if (map.Value("risk", required: false) is { } risk)
        {
            problems.Add(risk, "a goal is met in the mean over the draws: leave out 'risk' or 'goal'");
        }

        if (map.Value("periods", required: false) is { Kind: YamlKind.List } periods
            && periods.Items.Find(period => period.Kind == YamlKind.Map && period["budget"] is not null) is { } fixedPeriod)
        {
            problems.Add(fixedPeriod["budget"]!, "a goal seeks the budget: periods have none of their own; 'budget' of the problem is the most that may be spent");
        }

        bool isKnown = Word(goal, "metric", Metrics, problems, out GoalMetric metric);
        bool isGood = goal.Value("target", required: true) is { } target;
        double value = 0;
        NumberRange range = metric == GoalMetric.Roi ? new NumberRange(-1, false, double.MaxValue, true) : Positive;
        return isKnown && isGood && new VectorReader([], problems).Number(goal.Value("target")!, "'target'", range, 1, out value)
            ? new PlanGoal(metric, value)
            : null;
    }

    public static PlanRisk Risk(MapReader map, PlanConversion[] conversions, ProblemList problems)
    {
        if (map.Value("risk", required: false) is not { } node || MapReader.Open(node, "'risk'", problems, ["measure", "level", "target"]) is not { } risk)
        {
            return new PlanRisk();
        }

        Word(risk, "measure", Measures, problems, out RiskMeasure measure);
        if (measure != RiskMeasure.Mean && conversions[0].Draws is null)
        {
            problems.Add(node, "a risk is measured over 'draws' of the posterior, and there are none");
        }

        if (measure == RiskMeasure.Probability)
        {
            risk.Value("target", required: true);
        }

        return new PlanRisk
        {
            Measure = measure,
            Level = risk.Number("level", 0.1, new NumberRange(0, false, 1, true)),
            Target = risk.Number("target", 0, NumberRange.Any),
        };
    }

    private static bool Word<T>(MapReader map, string key, Dictionary<string, T> words, ProblemList problems, out T value)
        where T : struct
    {
        value = default;
        if (map.Text(key, required: true) is not { } word)
        {
            return false;
        }

        if (words.TryGetValue(word, out value))
        {
            return true;
        }

        problems.Add(map.Value(key)!, $"'{key}' is {YamlNode.Quote(word)}{NearestName.Advice(word, [.. words.Keys])}");
        return false;
    }
}
