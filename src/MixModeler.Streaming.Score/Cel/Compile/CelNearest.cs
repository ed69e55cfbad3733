namespace MixModeler.Streaming.Score.Cel.Compile;

/// <summary>What somebody meant who mistyped a name.</summary>
internal static class CelNearest
{
    // The distance costs O(length²); nobody mistypes a page.
    private const int CharactersMax = 64;
    private const int ListedMax = 20;

    /// <summary>The end of a message: the nearest name, and those that are allowed.</summary>
    public static string Advice(string written, IEnumerable<string> allowed, string what)
    {
        string[] names = [.. allowed];
        string? nearest = names
            .Where(name => written.Length <= CharactersMax && name.Length <= CharactersMax)
            .Select(name => (Name: name, Distance: Distance(written.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(each => each.Distance <= Math.Max(2, written.Length / 3) && each.Distance < each.Name.Length)
            .OrderBy(each => each.Distance)
            .Select(each => each.Name)
            .FirstOrDefault();
        string list = names.Length == 0 ? $"; there are no {what}"
            : $"{(nearest is null ? $"; {what}" : $". The {what}")}: {string.Join(", ", names.Take(ListedMax))}{(names.Length > ListedMax ? ", …" : "")}";
        return nearest is null ? list : $"; did you mean '{nearest}'?{list[1..]}";
    }

    // Insertions, deletions and replacements, a row of the table at a time.
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[right.Length];
    }
}
