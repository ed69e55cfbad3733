namespace MixModeler.Streaming.Plan.Solve;

/// <summary>
/// Maximises c·x under A x = b and 0 ≤ x ≤ u by the primal simplex method with bounded variables, in a dense tableau, two phases,
/// largest coefficient first and Bland's rule once it stalls. Meant for some hundred rows; O(rows · columns) a pivot. One use, one owner.
/// </summary>
internal sealed class LinearProgram
{
    private const double Tiny = 1e-10;
    private const double PivotMin = 1e-8;         // A smaller one multiplies rounding by as much as it is small.
    private const int StallsBeforeBland = 50;

    private readonly int rows;
    private readonly int columns;                 // Without the artificial ones behind them, one a row.
    private readonly double[][] matrix;
    private readonly double[] right;
    private readonly double[][] tableau;
    private readonly double[] upper;
    private readonly double[] basicValue;
    private readonly double[] reduced;
    private readonly double[] cost;
    private readonly int[] basis;
    private readonly bool[] isBasic;
    private readonly bool[] atUpper;
    private readonly double[] sign;               // Rows with a negative right side were turned around.

    /// <param name="matrix">A, row by row.</param>
    /// <param name="right">b.</param>
    /// <param name="objective">c.</param>
    /// <param name="upperBounds">u; finite.</param>
    public LinearProgram(double[][] matrix, double[] right, double[] objective, double[] upperBounds)
    {
        this.matrix = matrix;
        this.right = right;
        rows = right.Length;
        columns = objective.Length;
        tableau = new double[rows][];
        upper = new double[columns + rows];
        cost = new double[columns + rows];
        reduced = new double[columns + rows];
        isBasic = new bool[columns + rows];
        atUpper = new bool[columns + rows];
        basis = new int[rows];
        basicValue = new double[rows];
        sign = new double[rows];
        upperBounds.CopyTo(upper, 0);
        objective.CopyTo(cost, 0);
        for (int r = 0; r < rows; r++)
        {
            sign[r] = right[r] < 0 ? -1 : 1;
            tableau[r] = new double[columns + rows];
            for (int j = 0; j < columns; j++)
            {
                tableau[r][j] = sign[r] * matrix[r][j];
            }

            tableau[r][columns + r] = 1;
            upper[columns + r] = double.PositiveInfinity;
            basis[r] = columns + r;
            isBasic[columns + r] = true;
            basicValue[r] = sign[r] * right[r];
        }
    }

    /// <summary>
    /// What c·x cannot exceed, by weak duality from the multipliers and the matrix as it was given: y·b + Σ max(0, c − yA) u. It holds
    /// whatever rounding did to the tableau, and even where the method ended early.
    /// </summary>
    public double Bound { get; private set; }

    /// <summary>x.</summary>
    public double[] Solution { get; private set; } = [];

    /// <summary>Of each row: what one more unit of its right side would bring.</summary>
    public double[] Duals { get; private set; } = [];

    /// <summary>Whether there is a solution; where there is, it is the best.</summary>
    public bool Solve()
    {
        double scale = 1 + basicValue.Sum(Math.Abs);
        double[] phaseOne = new double[columns + rows];
        Array.Fill(phaseOne, -1, columns, rows);
        Price(phaseOne);
        Pivot();
        double left = 0;
        for (int r = 0; r < rows; r++)
        {
            left += basis[r] >= columns ? Math.Abs(basicValue[r]) : 0;
        }

        if (left > 1e-8 * scale)
        {
            return false;
        }

        // An artificial variable that is left stands for a row that says nothing new; at 0 it may stay, and may not move.
        Array.Fill(upper, 0, columns, rows);
        Price(cost);
        Pivot();
        Read();
        return true;
    }

    private void Price(double[] costs)
    {
        for (int j = 0; j < reduced.Length; j++)
        {
            double sum = costs[j];
            for (int r = 0; r < rows; r++)
            {
                double c = costs[basis[r]];
                sum -= c == 0 ? 0 : c * tableau[r][j];
            }

            reduced[j] = isBasic[j] ? 0 : sum;
        }
    }

    private void Pivot()
    {
        int stalls = 0;
        int pivotsMax = 200 + (50 * (rows + columns));
        for (int pivot = 0; pivot < pivotsMax; pivot++)
        {
            int entering = Entering(stalls > StallsBeforeBland);
            if (entering < 0)
            {
                return;
            }

            double moved = Step(entering);
            stalls = moved > Tiny ? 0 : stalls + 1;
        }
    }

    private int Entering(bool bland)
    {
        int found = -1;
        double most = Tiny;
        for (int j = 0; j < reduced.Length; j++)
        {
            double gain = atUpper[j] ? -reduced[j] : reduced[j];
            if (isBasic[j] || upper[j] <= 0 || gain <= most)
            {
                continue;
            }

            if (bland)
            {
                return j;
            }

            (found, most) = (j, gain);
        }

        return found;
    }

    // Moves the entering variable off its bound until it meets its other one or a basic variable meets one of its own.
    private double Step(int entering)
    {
        double direction = atUpper[entering] ? -1 : 1;
        double step = upper[entering];
        int leaving = -1;
        bool leavesAtUpper = false;
        for (int r = 0; r < rows; r++)
        {
            double rate = direction * tableau[r][entering];
            double room = rate > PivotMin ? basicValue[r] / rate
                : rate < -PivotMin ? (upper[basis[r]] - basicValue[r]) / -rate : double.PositiveInfinity;
            room = Math.Max(0, room);
            // Among rows that give out together the largest pivot is the safest.
            if (room < step - 1e-13 || (leaving >= 0 && room <= step + 1e-13 && Math.Abs(rate) > Math.Abs(tableau[leaving][entering])))
            {
                (step, leaving, leavesAtUpper) = (Math.Min(step, room), r, rate < 0);
            }
        }

        for (int r = 0; r < rows; r++)
        {
            basicValue[r] -= direction * step * tableau[r][entering];
        }

        if (leaving < 0)
        {
            atUpper[entering] = !atUpper[entering];
            return step;
        }

        double value = atUpper[entering] ? upper[entering] - step : step;
        int left = basis[leaving];
        isBasic[left] = false;
        atUpper[left] = leavesAtUpper;
        isBasic[entering] = true;
        atUpper[entering] = false;
        basis[leaving] = entering;
        basicValue[leaving] = value;
        Eliminate(leaving, entering);
        return step;
    }

    private void Eliminate(int row, int column)
    {
        double[] pivotRow = tableau[row];
        double inverse = 1 / pivotRow[column];
        for (int j = 0; j < pivotRow.Length; j++)
        {
            pivotRow[j] *= inverse;
        }

        pivotRow[column] = 1;
        for (int r = 0; r < rows; r++)
        {
            if (r != row)
            {
                Subtract(tableau[r], pivotRow, column);
            }
        }

        Subtract(reduced, pivotRow, column);
    }

    private static void Subtract(double[] target, double[] pivotRow, int column)
    {
        double factor = target[column];
        if (factor == 0)
        {
            return;
        }

        for (int j = 0; j < target.Length; j++)
        {
            target[j] -= factor * pivotRow[j];
        }

        target[column] = 0;
    }

    private void Read()
    {
        double[] x = new double[columns];
        for (int j = 0; j < columns; j++)
        {
            x[j] = atUpper[j] ? upper[j] : 0;
        }

        for (int r = 0; r < rows; r++)
        {
            if (basis[r] < columns)
            {
                x[basis[r]] = Math.Clamp(basicValue[r], 0, upper[basis[r]]);
            }
        }

        Solution = x;
        Duals = new double[rows];
        for (int r = 0; r < rows; r++)
        {
            Duals[r] = -sign[r] * reduced[columns + r];
        }

        Bound = 0;
        for (int r = 0; r < rows; r++)
        {
            Bound += Duals[r] * right[r];
        }

        for (int j = 0; j < columns; j++)
        {
            double gain = cost[j];
            for (int r = 0; r < rows; r++)
            {
                gain -= Duals[r] * matrix[r][j];
            }

            Bound += gain > 0 ? gain * upper[j] : 0;
        }
    }
}
