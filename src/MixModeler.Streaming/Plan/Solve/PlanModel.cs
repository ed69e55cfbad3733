using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>A plan as mathematics: maximise Σ terms over spends within bounds and rows. The first row is the budget.</summary>
internal sealed record PlanModel(double[] Lower, double[] Upper, PlanTerm[] Terms, PlanRow[] Rows)
{
    public int Variables => Lower.Length;

    /// <summary>Whether water-filling answers it: one budget, and one curve for each spend by itself.</summary>
    public bool IsSeparable =>
        Rows.Length == 1 && Rows[0].Weights.All(weight => weight == 1) && Terms.Length == Variables
        && Terms.Select((term, i) => term.IsPlain && term.Variables[0] == i).All(isOwn => isOwn);

    public double Value(double[] spend) => Terms.Sum(term => term.Curve.Value(term.Input(spend)));

    /// <summary>Whether a plan keeps bounds and rows, to rounding.</summary>
    public bool Allows(ReadOnlySpan<double> spend)
    {
        double rounding = 1e-9 * Math.Max(1, double.IsFinite(Rows[0].Max) ? Math.Abs(Rows[0].Max) : 1);
        for (int v = 0; v < spend.Length; v++)
        {
            if (spend[v] < Lower[v] - rounding || spend[v] > Upper[v] + rounding)
            {
                return false;
            }
        }

        foreach (PlanRow row in Rows)
        {
            double total = 0;
            for (int v = 0; v < spend.Length; v++)
            {
                total += row.Weights[v] * spend[v];
            }

            if (total < row.Min - rounding || total > row.Max + rounding)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same with another budget.</summary>
    public PlanModel WithBudget(double budget, bool spendAll) =>
        this with { Rows = [Rows[0] with { Max = budget, Min = spendAll ? budget : double.NegativeInfinity }, .. Rows[1..]] };

    /// <summary>The same where every unit of spend is paid for at a price, and none has to be spent.</summary>
    public PlanModel Priced(double price)
    {
        PlanTerm[] terms = IsSeparable
            ? [.. Terms.Select(term => term with { Curve = new PricedCurve(term.Curve, price) })]
            : [.. Terms, .. Enumerable.Range(0, Variables).Select(v => new PlanTerm(new PricedCurve(new PowerCurve(0, 1), price), [v], [1], 0, 0))];
        return this with { Terms = terms, Rows = [Rows[0] with { Min = double.NegativeInfinity }, .. Rows[1..]] };
    }

    /// <summary>Sum of what tabulated curves may lie below the exact ones.</summary>
    public double Slack => Terms.Sum(term => term.Slack);
}
