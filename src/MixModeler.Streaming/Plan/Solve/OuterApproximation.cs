using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>The best plan under envelopes and linear constraints.</summary>
/// <param name="Spend">Feasible.</param>
/// <param name="Bound">What no feasible plan exceeds under these envelopes.</param>
/// <param name="Multipliers">Of the model's rows.</param>
internal sealed record Approximation(double[] Spend, double Bound, double[] Multipliers);

/// <summary>
/// Maximises a sum of concave functions of linear forms over linear constraints: each function is replaced by its tangents at a few
/// points, which lie above it, so that the linear program's value is a bound; then tangents are added where its solution stands.
/// Each round halves the distance between neighbouring tangents there or better, so the gap falls by a factor of four.
/// </summary>
internal sealed class OuterApproximation
{
    private const int RoundsMax = 60;

    private readonly PlanModel model;
    private readonly IConcaveEnvelope[] envelopes;
    private readonly SortedSet<double>[] points;

    private OuterApproximation(PlanModel model, IConcaveEnvelope[] envelopes)
    {
        this.model = model;
        this.envelopes = envelopes;
        points = [.. envelopes.Select(FirstPoints)];
    }

    /// <returns>Null where no plan is within the rows and the envelopes' ranges.</returns>
    public static Approximation? Solve(PlanModel model, IConcaveEnvelope[] envelopes, double relativeGap) =>
        new OuterApproximation(model, envelopes).Run(relativeGap);

    private Approximation? Run(double relativeGap)
    {
        Approximation? best = null;
        for (int round = 0; round < RoundsMax; round++)
        {
            if (Once() is not { } next)
            {
                return best;
            }

            best = best is null ? next : next with { Bound = Math.Min(best.Bound, next.Bound) };
            double value = 0;
            double[] inputs = new double[envelopes.Length];
            for (int j = 0; j < envelopes.Length; j++)
            {
                inputs[j] = Math.Clamp(model.Terms[j].Input(next.Spend), envelopes[j].Lower, envelopes[j].Upper);
                value += envelopes[j].Value(inputs[j]);
            }

            double allowed = relativeGap * Math.Max(Math.Abs(value), 1e-300);
            if (best.Bound - value <= allowed || !Refine(inputs, allowed / envelopes.Length))
            {
                return best;
            }
        }

        return best;
    }

    private bool Refine(double[] inputs, double allowed)
    {
        bool added = false;
        for (int j = 0; j < inputs.Length; j++)
        {
            double width = envelopes[j].Upper - envelopes[j].Lower;
            if (width > 0 && Above(j, inputs[j]) > allowed * 1e-3
                && points[j].GetViewBetween(inputs[j] - (1e-13 * width), inputs[j] + (1e-13 * width)).Count == 0)
            {
                // A tangent needs a slope with an end.
                added |= points[j].Add(double.IsFinite(envelopes[j].Slope(inputs[j])) ? inputs[j] : inputs[j] + (1e-9 * width));
            }
        }

        return added;
    }

    // How far the tangents lie above the function at a point.
    private double Above(int j, double input)
    {
        double least = double.PositiveInfinity;
        foreach (double point in points[j])
        {
            least = Math.Min(least, envelopes[j].Value(point) + (envelopes[j].Slope(point) * (input - point)));
        }

        return least - envelopes[j].Value(input);
    }

    // Each function as pieces between the crossings of neighbouring tangents: concave, so a linear program fills them in order.
    private Approximation? Once()
    {
        double scale = 1e-300;
        double constant = 0;
        List<(double Slope, double Width)>[] pieces = new List<(double, double)>[envelopes.Length];
        for (int j = 0; j < envelopes.Length; j++)
        {
            pieces[j] = Pieces(j, out double atLower);
            constant += atLower;
            scale = Math.Max(scale, pieces[j].Count == 0 ? 0 : pieces[j].Average(piece => Math.Min(Math.Abs(piece.Slope), 1e12)));
        }

        ProgramBuilder builder = new(model, scale);
        int[] spends = builder.AddSpends(new double[model.Variables]);
        for (int j = 0; j < envelopes.Length; j++)
        {
            PlanTerm term = model.Terms[j];
            List<(int, double)> row = [.. term.Variables.Select((variable, i) => (spends[variable], term.Weights[i]))];
            row.AddRange(pieces[j].Select(piece => (builder.Column(piece.Slope, piece.Width), -1.0)));
            builder.Row([.. row], envelopes[j].Lower - term.Input(model.Lower));
        }

        builder.AddRows(spends);
        LinearProgram program = builder.Build();
        return program.Solve()
            ? new Approximation(builder.Spends(program, spends), constant + builder.Bound(program), builder.Multipliers(program))
            : null;
    }

    private List<(double Slope, double Width)> Pieces(int j, out double atLower)
    {
        IConcaveEnvelope envelope = envelopes[j];
        List<(double Slope, double Width)> pieces = [];
        double at = envelope.Lower;
        double previous = double.NaN;
        double slope = 0;
        double value = 0;
        atLower = envelope.Value(envelope.Lower);
        foreach (double point in points[j])
        {
            double nextSlope = Math.Min(envelope.Slope(point), 1e12);
            double nextValue = envelope.Value(point);
            if (double.IsNaN(previous))
            {
                atLower = nextValue - (nextSlope * (point - envelope.Lower));
            }
            else
            {
                double between = slope - nextSlope;
                double crossing = between > 1e-14 * Math.Abs(slope)
                    ? (nextValue - (nextSlope * point) - value + (slope * previous)) / between
                    : (previous + point) / 2;
                crossing = Math.Clamp(crossing, Math.Max(at, previous), point);
                // A piece of no width is rounding, and a column of nothing but rounding leads a simplex method astray.
                if (crossing - at > 1e-12 * (envelope.Upper - envelope.Lower))
                {
                    pieces.Add((slope, crossing - at));
                    at = crossing;
                }
            }

            (previous, slope, value) = (point, nextSlope, nextValue);
        }

        if (envelope.Upper > at)
        {
            pieces.Add((slope, envelope.Upper - at));
        }

        return pieces;
    }

    private static SortedSet<double> FirstPoints(IConcaveEnvelope envelope)
    {
        double width = envelope.Upper - envelope.Lower;
        // Not at the lower end itself, where a slope may have no end.
        return width > 0
            ? [envelope.Lower + (1e-4 * width), envelope.Lower + (0.1 * width), envelope.Lower + (0.5 * width), envelope.Upper]
            : [envelope.Lower];
    }
}
