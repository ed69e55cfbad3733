namespace MixModeler.Streaming.Plan.Solve;

/// <summary>Brings spends within bounds and to a budget.</summary>
internal static class FeasiblePlan
{
    /// <summary>
    /// The spends clamped to their bounds, the rest of the budget shared over the room that is left, in its proportions. Bounds hold to the
    /// letter; the sum holds to rounding.
    /// </summary>
    /// <returns>Null where bounds and budget leave no plan.</returns>
    public static double[]? Nearest(double[] spend, double[] lower, double[] upper, double budget, bool spendAll)
    {
        double[] plan = new double[spend.Length];
        for (int i = 0; i < plan.Length; i++)
        {
            plan[i] = Math.Clamp(double.IsFinite(spend[i]) ? spend[i] : lower[i], lower[i], upper[i]);
        }

        // Twice: the first round may leave the rounding of a large sum.
        for (int round = 0; round < 3; round++)
        {
            double rest = budget - plan.Sum();
            if (rest == 0 || (rest > 0 && !spendAll))
            {
                return plan;
            }

            double room = 0;
            for (int i = 0; i < plan.Length; i++)
            {
                room += rest > 0 ? upper[i] - plan[i] : plan[i] - lower[i];
            }

            if (room <= 0)
            {
                return Math.Abs(rest) <= 1e-9 * Math.Max(1, budget) ? plan : null;
            }

            double share = Math.Min(1, Math.Abs(rest) / room);
            for (int i = 0; i < plan.Length; i++)
            {
                double moved = rest > 0 ? plan[i] + (share * (upper[i] - plan[i])) : plan[i] - (share * (plan[i] - lower[i]));
                plan[i] = Math.Clamp(moved, lower[i], upper[i]);
            }
        }

        return Math.Abs(budget - plan.Sum()) <= 1e-9 * Math.Max(1, budget) || (!spendAll && plan.Sum() <= budget) ? plan : null;
    }
}
