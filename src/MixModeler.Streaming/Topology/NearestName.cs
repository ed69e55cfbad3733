namespace MixModeler.Streaming.Topology;

/// <summary>What somebody meant who mistyped a name.</summary>
internal static class NearestName
{
    // The distance below costs O(length²); nobody mistypes a page.
    private const int CharactersMax = 64;
    private const int NamesMax = 500;

    // Every section of a topology; not every node of a large graph.
    private const int NamesShownMax = 24;

    /// <summary>The allowed name that is nearest to what was written, or null where none is near.</summary>
    public static string? Of(string written, IEnumerable<string> allowed)
    {
        if (written.Length > CharactersMax)
        {
            return null;
        }

        string? nearest = null;
        // Two slips in a short name, one in three letters of a long one.
        int distanceMax = Math.Max(2, written.Length / 3);
        foreach (string name in allowed.Take(NamesMax).Where(name => Math.Abs(name.Length - written.Length) <= distanceMax))
        {
            int distance = Distance(written.ToLowerInvariant(), name.ToLowerInvariant(), distanceMax);
            if (distance <= distanceMax && distance < name.Length)
            {
                nearest = name;
                distanceMax = distance - 1;
            }
        }

        return nearest;
    }

    /// <summary>The end of a message about a name that is not allowed: the nearest one, and all of them if they are few.</summary>
    public static string Advice(string written, string[] allowed)
    {
        string? nearest = Of(written, allowed);
        string more = allowed.Length > NamesShownMax ? $" and {allowed.Length - NamesShownMax} more" : "";
        return $"{(nearest is null ? "; allowed" : $"; did you mean '{nearest}'? Allowed")}: {string.Join(", ", allowed.Take(NamesShownMax))}{more}";
    }

    // Insertions, deletions, replacements and swaps of neighbours that turn one text into the other; anything above the
    // maximum where it is more than that. Only cells near the diagonal can be less: the others are not looked at.
    private static int Distance(string left, string right, int max)
    {
        int width = right.Length + 1;
        int[] cost = new int[(left.Length + 1) * width];
        Array.Fill(cost, max + 1);
        for (int i = 0; i <= left.Length; i++)
        {
            int nearest = max + 1;
            for (int j = Math.Max(0, i - max); j <= Math.Min(right.Length, i + max); j++)
            {
                int best = i == 0 || j == 0 ? i + j : Best(cost, width, i, j, left, right);
                cost[i * width + j] = best;
                nearest = Math.Min(nearest, best);
            }

            if (nearest > max)
            {
                return nearest;
            }
        }

        return cost[left.Length * width + right.Length];
    }

    private static int Best(int[] cost, int width, int i, int j, string left, string right)
    {
        int at = i * width + j;
        int replaced = cost[at - width - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
        int best = Math.Min(replaced, 1 + Math.Min(cost[at - width], cost[at - 1]));
        bool isSwap = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
        return isSwap ? Math.Min(best, cost[at - 2 * width - 2] + 1) : best;
    }
}
