using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>What plans of a shape are worth, exactly, and as a model that searches can take apart.</summary>
internal sealed class PlanValue
{
    private readonly PlanShape shape;
    private readonly BudgetProblem problem;
    private readonly double[][] weights;          // By period and conversion: money for one conversion.

    /// <param name="shape">The plans.</param>
    /// <param name="isMoney">Whether conversions count as revenue; else each counts as its weight.</param>
    public PlanValue(PlanShape shape, bool isMoney)
    {
        this.shape = shape;
        problem = shape.Problem;
        weights = [.. problem.Periods.Select(period => problem.Conversions
            .Select(conversion => conversion.Weight * (isMoney ? period.Revenue ?? conversion.Revenue : 1)).ToArray())];
    }

    public PlanShape Shape => shape;

    /// <summary>Whether models stand for sums of curves by tables of them.</summary>
    public bool IsTabulated => problem.Draws > 0 || problem.Conversions.Length > 1;

    public double Of(double[] spend) => Of(spend, null);

    /// <summary>Under weights of the draws; equal ones for null.</summary>
    public double Of(double[] spend, double[]? drawWeights) =>
        shape.Places.Sum(place => Response(place, place.Input(spend), drawWeights));

    /// <summary>The value of a plan in each draw.</summary>
    public double[] OfDraws(double[] spend)
    {
        double[] values = new double[problem.Draws];
        foreach (ResponsePlace place in shape.Places)
        {
            AddDraws(place, place.Input(spend), values);
        }

        return values;
    }

    /// <summary>The response of one place in each draw.</summary>
    public double[] OfDrawsAt(ResponsePlace place, double input)
    {
        double[] values = new double[problem.Draws];
        AddDraws(place, input, values);
        return values;
    }

    private void AddDraws(ResponsePlace place, double input, double[] values)
    {
        if (input <= 0)
        {
            return;
        }

        double log = Math.Log(input);
        for (int k = 0; k < problem.Conversions.Length; k++)
        {
            IResponseCurve[][] draws = problem.Conversions[k].Draws!;
            for (int d = 0; d < values.Length; d++)
            {
                values[d] += weights[place.Period][k] * Value(draws[d][place.Channel], input, log);
            }
        }
    }

    /// <summary>Conversions at a place, one kind of them, in the mean over the draws.</summary>
    public double Conversions(ResponsePlace place, double input, int conversion, double[]? drawWeights)
    {
        if (problem.Conversions[conversion].Draws is not { } draws)
        {
            return problem.Conversions[conversion].Curves[place.Channel].Value(input);
        }

        if (input <= 0)
        {
            return 0;
        }

        double log = Math.Log(input);
        double sum = 0;
        for (int d = 0; d < draws.Length; d++)
        {
            double weight = drawWeights is null ? 1 : drawWeights[d];
            sum += weight == 0 ? 0 : weight * Value(draws[d][place.Channel], input, log);
        }

        return drawWeights is null ? sum / draws.Length : sum;
    }

    // All Hill curves of one spend share its logarithm.
    private static double Value(IResponseCurve curve, double input, double log) => curve is HillCurve hill ? hill.ValueOfLog(log) : curve.Value(input);

    public double Response(ResponsePlace place, double input, double[]? drawWeights)
    {
        double sum = 0;
        for (int k = 0; k < problem.Conversions.Length; k++)
        {
            sum += weights[place.Period][k] * Conversions(place, input, k, drawWeights);
        }

        return sum;
    }

    /// <summary>What the next unit at a place brings, under weights of the draws; equal ones for null.</summary>
    public double Slope(ResponsePlace place, double input, double[]? drawWeights)
    {
        double sum = 0;
        for (int k = 0; k < problem.Conversions.Length; k++)
        {
            PlanConversion conversion = problem.Conversions[k];
            double slope = conversion.Draws is { } draws
                ? draws.Select((draw, d) => draw[place.Channel].Slope(input) * (drawWeights is null ? 1.0 / draws.Length : drawWeights[d])).Sum()
                : conversion.Curves[place.Channel].Slope(input);
            // A slope without end at no volume at all: the limit is what a very small one brings.
            sum += weights[place.Period][k] * (double.IsNaN(slope) ? 0 : Math.Min(slope, 1e12));
        }

        return sum;
    }

    /// <summary>What the next unit of each decided spend brings.</summary>
    public double[] Gradient(double[] spend, double[]? drawWeights)
    {
        double[] gradient = new double[spend.Length];
        foreach (ResponsePlace place in shape.Places)
        {
            double slope = Slope(place, place.Input(spend), drawWeights);
            for (int i = 0; i < place.Variables.Length; i++)
            {
                gradient[place.Variables[i]] += slope * place.Weights[i];
            }
        }

        return gradient;
    }

    /// <summary>The model for searches, within bounds that may be narrower than the shape's.</summary>
    public PlanModel Model(double[]? drawWeights, double[] lower, double[] upper, int chords)
    {
        Dictionary<(int Channel, double? Revenue, double From, double To), (IResponseCurve Curve, double Slack)> made = [];
        return ModelOf(lower, upper, place =>
        {
            double from = place.Input(lower);
            double to = Math.Max(from, place.Input(upper));
            (int, double?, double, double) key = (place.Channel, problem.Periods[place.Period].Revenue, from, to);
            if (!made.TryGetValue(key, out (IResponseCurve Curve, double Slack) curve))
            {
                made[key] = curve = Curve(place, from, to, drawWeights, chords);
            }

            return curve;
        });
    }

    /// <summary>The model of one draw alone.</summary>
    public PlanModel ModelOfDraw(int draw)
    {
        if (problem.Conversions.Length == 1)
        {
            return ModelOf(shape.Lower, shape.Upper, place =>
                (problem.Conversions[0].Draws![draw][place.Channel].Scaled(weights[place.Period][0], 1), 0));
        }

        double[] one = new double[problem.Draws];
        one[draw] = 1;
        return Model(one, shape.Lower, shape.Upper, CurveTable.Coarse);
    }

    private PlanModel ModelOf(double[] lower, double[] upper, Func<ResponsePlace, (IResponseCurve Curve, double Slack)> curveOf)
    {
        PlanTerm[] terms = [.. shape.Places.Select(place =>
        {
            (IResponseCurve curve, double slack) = curveOf(place);
            // A spend that only its own curve hangs on is that curve's variable: the cost goes into the curve.
            return place.Variables.Length == 1 && place.Offset == 0
                ? new PlanTerm(curve.Scaled(1, 1 / place.Weights[0]), place.Variables, [1], 0, slack)
                : new PlanTerm(curve, place.Variables, place.Weights, place.Offset, slack);
        })];
        return new PlanModel(lower, upper, terms, shape.Rows);
    }

    private (IResponseCurve Curve, double Slack) Curve(ResponsePlace place, double from, double to, double[]? drawWeights, int chords)
    {
        if (problem.Conversions.Length == 1 && problem.Draws == 0)
        {
            return (problem.Conversions[0].Curves[place.Channel].Scaled(weights[place.Period][0], 1), 0);
        }

        IResponseCurve table = CurveTable.Of(input => Response(place, input, drawWeights), from, to, chords, out double error);
        return (table, error);
    }
}
