namespace MixModeler.Streaming.Plan.Solve;

/// <summary>Linear programs over the feasible plans: is there one, and which is best for given prices.</summary>
internal static class Polytope
{
    /// <summary>The feasible plan with the greatest gradient · spend, or null where there is none.</summary>
    public static double[]? Best(PlanModel model, double[] gradient) => Best(model, gradient, out _);

    /// <summary>The same with the multipliers of the rows, in units of the gradient.</summary>
    public static double[]? Best(PlanModel model, double[] gradient, out double[] multipliers)
    {
        ProgramBuilder builder = new(model, gradient.Max(Math.Abs));
        int[] spends = builder.AddSpends(gradient);
        builder.AddRows(spends);
        LinearProgram program = builder.Build();
        if (!program.Solve())
        {
            multipliers = [];
            return null;
        }

        multipliers = builder.Multipliers(program);
        return builder.Spends(program, spends);
    }

    /// <summary>
    /// max over feasible y of gradient · (y − x), relative to the value: 0 exactly where x satisfies the Karush–Kuhn–Tucker conditions, and
    /// for concave problems itself a proven gap (the Frank–Wolfe gap).
    /// </summary>
    public static double KktResidual(PlanModel model, double[] spend, double[] gradient, double value)
    {
        if (Best(model, gradient) is not { } best)
        {
            return 0;
        }

        double gain = 0;
        for (int i = 0; i < spend.Length; i++)
        {
            gain += gradient[i] * (best[i] - spend[i]);
        }

        return Math.Max(0, gain) / Math.Max(1e-300, Math.Abs(value));
    }
}
