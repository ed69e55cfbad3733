namespace MixModeler.Streaming.Topology;

/// <summary>What somebody meant who mistyped a name.</summary>
internal static class NearestName
{
    // The distance below costs O(length²); nobody mistypes a page.
    private const int CharactersMax = 64;

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
        foreach (string name in allowed)
        {
            int distance = Distance(written.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance <= distanceMax && distance < name.Length)
            {
                nearest = name;
                distanceMax = distance - 1;
            }
        }

        return nearest;
    }

    /// <summary>The end of a message about a name that is not allowed: the nearest one, and all of them.</summary>
    public static string Advice(string written, string[] allowed)
    {
        string? nearest = Of(written, allowed);
        return $"{(nearest is null ? "; allowed" : $"; did you mean '{nearest}'? Allowed")}: {string.Join(", ", allowed)}";
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.</summary>
    public static int Distance(string left, string right)
    {
        int[,] cost = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int replaced = cost[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                int best = Math.Min(replaced, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    best = Math.Min(best, cost[i - 2, j - 2] + 1);
                }

                cost[i, j] = best;
            }
        }

        return cost[left.Length, right.Length];
    }
}
