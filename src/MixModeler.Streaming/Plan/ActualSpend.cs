using System.Globalization;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan;

/// <summary>What really happened on a day in a channel.</summary>
public sealed record ActualSpend(DateOnly Date, string Channel, double Spend, double Conversions, double Revenue)
{
    private static readonly string[] Columns = ["date", "channel", "spend", "conversions", "revenue"];

    /// <summary>Reads a CSV file with a header: date, channel and spend, and where they are known conversions and revenue.</summary>
    public static IReadOnlyList<ActualSpend> Read(string text, string file, out IReadOnlyList<Problem> problems)
    {
        ProblemList list = new(file);
        List<ActualSpend> actuals = [];
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        string[] header = [.. lines[0].Split(',').Select(name => name.Trim().Trim('"').ToLowerInvariant())];
        int[] at = [.. Columns.Select(column => Array.IndexOf(header, column))];
        for (int c = 0; c < 3; c++)
        {
            if (at[c] < 0)
            {
                list.Add(1, 1, $"there is no column '{Columns[c]}'; found {string.Join(", ", header)}");
            }
        }

        for (int n = 1; n < lines.Length && list.IsEmpty; n++)
        {
            if (lines[n].Length > 0)
            {
                Row(lines[n], n + 1, at, actuals, list);
            }
        }

        problems = list.InOrder();
        return actuals;
    }

    private static void Row(string line, int number, int[] at, List<ActualSpend> actuals, ProblemList problems)
    {
        string[] cells = line.Split(',');
        string Cell(int column) => at[column] >= 0 && at[column] < cells.Length ? cells[at[column]].Trim().Trim('"') : "";
        int Column(int column) => 1 + cells.Take(Math.Max(0, at[column])).Sum(cell => cell.Length + 1);
        if (!DateOnly.TryParseExact(Cell(0), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
        {
            problems.Add(number, Column(0), $"'date' is a day such as 2026-01-05; found {YamlNode.Quote(Cell(0))}");
            return;
        }

        double[] numbers = new double[3];
        for (int i = 0; i < numbers.Length; i++)
        {
            string cell = Cell(2 + i);
            bool isLeftOut = cell.Length == 0 && i > 0;
            if (!isLeftOut && !(double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) && double.IsFinite(numbers[i])))
            {
                problems.Add(number, Column(2 + i), $"'{Columns[2 + i]}' is a number; found {YamlNode.Quote(cell)}");
                return;
            }
        }

        actuals.Add(new ActualSpend(date, Cell(1), numbers[0], numbers[1], numbers[2]));
    }
}
