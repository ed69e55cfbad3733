using System.Numerics;

namespace MixModeler.Streaming.Attribute;

/// <summary>The Shapley value of any game that is given by its table.</summary>
public static class ShapleyGame
{
    /// <summary>Writes the value of every player: O(n 2^n).</summary>
    /// <param name="worth">v(S) at the place whose bits are the members of S; v of nobody need not be 0.</param>
    /// <param name="shares">One place per player; they sum to v(all) - v(nobody).</param>
    public static void Solve(ReadOnlySpan<double> worth, Span<double> shares)
    {
        int players = shares.Length;
        if (worth.Length != 1 << players)
        {
            throw new ArgumentException($"{players} players have {1L << players} sets, not {worth.Length}", nameof(worth));
        }

        // |S|! (n - |S| - 1)! / n! = 1 / (n · binomial(n - 1, |S|)).
        Span<double> weights = stackalloc double[players];
        double binomial = 1;
        for (int size = 0; size < players; size++)
        {
            weights[size] = 1 / (players * binomial);
            binomial = binomial * (players - 1 - size) / (size + 1);
        }

        for (int player = 0; player < players; player++)
        {
            int bit = 1 << player;
            double sum = 0;
            for (int set = 0; set < worth.Length; set++)
            {
                if ((set & bit) == 0)
                {
                    sum += weights[BitOperations.PopCount((uint)set)] * (worth[set | bit] - worth[set]);
                }
            }

            shares[player] = sum;
        }
    }

    /// <summary>Replaces f(S) by the sum of f over all subsets of S.</summary>
    internal static void SumOverSubsets(double[] sums, int players)
    {
        for (int player = 0; player < players; player++)
        {
            int bit = 1 << player;
            for (int set = 0; set < sums.Length; set++)
            {
                if ((set & bit) != 0)
                {
                    sums[set] += sums[set ^ bit];
                }
            }
        }
    }
}
