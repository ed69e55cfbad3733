namespace MixModeler.Streaming.Plan.Solve;

/// <summary>
/// Writes a linear program over the spends of a plan, column by column, scaled so that the budget and the value are of the order of
/// one: a simplex method knows small from nothing only there.
/// </summary>
internal sealed class ProgramBuilder
{
    private readonly PlanModel model;
    private readonly double spendScale;
    private readonly double valueScale;
    private readonly List<double> upper = [];
    private readonly List<double> objective = [];
    private readonly List<(int Column, double Coefficient)[]> rows = [];
    private readonly List<double> right = [];
    private int firstPlanRow;

    /// <param name="model">Whose bounds and rows hold.</param>
    /// <param name="slopeScale">The size of a usual value per unit of spend.</param>
    public ProgramBuilder(PlanModel model, double slopeScale)
    {
        this.model = model;
        spendScale = Math.Max(1e-300, Math.Max(model.Upper.Max() - model.Lower.Min(), model.Lower.Max(Math.Abs)));
        valueScale = Math.Max(1e-300, slopeScale * spendScale);
    }

    public int[] AddSpends(double[] gradient) =>
        [.. Enumerable.Range(0, model.Variables).Select(i => Column(gradient[i], model.Upper[i] - model.Lower[i]))];

    /// <summary>A variable from 0 to its width, in units of spend, with what one unit of it brings.</summary>
    public int Column(double gain, double width)
    {
        objective.Add(gain * spendScale / valueScale);
        upper.Add(width / spendScale);
        return upper.Count - 1;
    }

    /// <summary>Σ coefficient · column = right side, in units of spend.</summary>
    public int Row((int Column, double Coefficient)[] coefficients, double rightSide)
    {
        rows.Add(coefficients);
        right.Add(rightSide / spendScale);
        return rows.Count - 1;
    }

    /// <summary>The rows of the plan, each with a slack as wide as the row is.</summary>
    public void AddRows(int[] spends)
    {
        firstPlanRow = rows.Count;
        foreach (PlanRow row in model.Rows)
        {
            double atLower = 0;
            double least = 0;
            double most = 0;
            List<(int, double)> coefficients = [];
            for (int i = 0; i < spends.Length; i++)
            {
                atLower += row.Weights[i] * model.Lower[i];
                least += row.Weights[i] * (row.Weights[i] > 0 ? model.Lower[i] : model.Upper[i]);
                most += row.Weights[i] * (row.Weights[i] > 0 ? model.Upper[i] : model.Lower[i]);
                if (row.Weights[i] != 0)
                {
                    coefficients.Add((spends[i], row.Weights[i]));
                }
            }

            // Measured from the side that is there: row + slack = max, or row − slack = min. What spends cannot reach is no side.
            if (double.IsFinite(row.Max))
            {
                coefficients.Add((Column(0, Math.Max(0, row.Max - Math.Max(row.Min, Math.Min(least, row.Max)))), 1));
                Row([.. coefficients], row.Max - atLower);
            }
            else
            {
                coefficients.Add((Column(0, Math.Max(0, most - row.Min)), -1));
                Row([.. coefficients], row.Min - atLower);
            }
        }
    }

    public LinearProgram Build()
    {
        double[][] matrix = new double[rows.Count][];
        for (int r = 0; r < matrix.Length; r++)
        {
            matrix[r] = new double[upper.Count];
            foreach ((int column, double coefficient) in rows[r])
            {
                matrix[r][column] += coefficient;
            }
        }

        return new LinearProgram(matrix, [.. right], [.. objective], [.. upper]);
    }

    public double[] Spends(LinearProgram program, int[] spends) =>
        [.. spends.Select((column, i) => Math.Clamp(model.Lower[i] + (program.Solution[column] * spendScale), model.Lower[i], model.Upper[i]))];

    /// <summary>What no solution exceeds.</summary>
    public double Bound(LinearProgram program) => program.Bound * valueScale;

    public double[] Multipliers(LinearProgram program) =>
        [.. Enumerable.Range(firstPlanRow, model.Rows.Length).Select(row => program.Duals[row] * valueScale / spendScale)];
}
