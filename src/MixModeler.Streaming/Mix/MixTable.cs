using System.Globalization;
using System.Text;
using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Mix;

/// <summary>The periods of a CSV file, by the columns that a spec names, or every problem of it with its place.</summary>
/// <param name="Observations">In order of their dates; empty where there are problems.</param>
/// <param name="Problems">With line and column, from 1.</param>
public sealed record MixTable(IReadOnlyList<MixObservation> Observations, IReadOnlyList<Problem> Problems)
{
    /// <summary>Reads text with a header row, commas, and fields in quotes where they need it.</summary>
    public static MixTable Read(string text, string file, MixSpec spec)
    {
        ProblemList problems = new(file);
        List<MixObservation> observations = [];
        Rows rows = new(spec, problems);
        string[] lines = text.TrimStart('\uFEFF').Split('\n');
        for (int i = 0; i < lines.Length && !problems.IsFull; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (i == 0)
            {
                rows.ReadHeader(line);
            }
            else if (line.Length > 0 && rows.Read(line, i + 1) is MixObservation observation)
            {
                if (observations.Count > 0 && observation.Date <= observations[^1].Date)
                {
                    problems.Add(i + 1, 1, $"{observation.Date:yyyy-MM-dd} does not come after {observations[^1].Date:yyyy-MM-dd}: a row a period, oldest first");
                }

                observations.Add(observation);
            }

            if (i == 0 && !problems.IsEmpty)
            {
                break;
            }
        }

        if (problems.IsEmpty && observations.Count == 0)
        {
            problems.Add(1, 1, "there are no rows below the header");
        }

        return new MixTable(problems.IsEmpty ? observations : [], problems.InOrder());
    }

    private sealed class Rows(MixSpec spec, ProblemList problems)
    {
        private readonly CsvFields fields = new();
        private readonly string[] inputs = new MixLayout(spec).Inputs;
        private string[] header = [];
        private int dateAt;
        private int targetAt;
        private int holidayAt;
        private int[] inputAt = [];
        private readonly HashSet<string> credits = [.. spec.Channels.Select(channel => channel.Credit?.Column).OfType<string>()];

        public void ReadHeader(string line)
        {
            fields.Split(Encoding.UTF8.GetBytes(line), (byte)',');
            header = [.. Enumerable.Range(0, fields.Count).Select(i => Encoding.UTF8.GetString(fields[i]).Trim())];
            dateAt = Find(spec.Date);
            targetAt = Find(spec.Target);
            holidayAt = spec.HolidayColumn is null ? -1 : Find(spec.HolidayColumn);
            inputAt = [.. inputs.Select(Find)];
        }

        public MixObservation? Read(string line, int number)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(line);
            fields.Split(bytes, (byte)',');
            if (fields.Count != header.Length)
            {
                problems.Add(number, 1, $"the row has {fields.Count} fields, the header {header.Length} columns");
                return null;
            }

            if (!DateOnly.TryParseExact(Text(dateAt), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
            {
                Add(number, dateAt, $"'{spec.Date}' is a date such as 2024-03-25; found {YamlNode.Quote(Text(dateAt))}");
                return null;
            }

            int before = problems.Count;
            double target = Number(number, targetAt, spec.Target);
            if (spec.Form == MixForm.Multiplicative && target <= 0)
            {
                Add(number, targetAt, $"'{spec.Target}' is {target}: the multiplicative form takes outcomes above 0");
            }

            double[] values = new double[inputs.Length];
            for (int i = 0; i < values.Length; i++)
            {
                // Attribution may have nothing to say of a period.
                bool isUntold = credits.Contains(inputs[i]) && Text(inputAt[i]).Length == 0;
                values[i] = isUntold ? double.NaN : Number(number, inputAt[i], inputs[i]);
                if (values[i] < 0 && spec.Channels.Any(channel => channel.Column == inputs[i] || channel.SpendColumn == inputs[i]))
                {
                    Add(number, inputAt[i], $"'{inputs[i]}' is {values[i].ToString(CultureInfo.InvariantCulture)}: media and spend are never negative");
                }
            }

            string? holiday = holidayAt < 0 ? null : Text(holidayAt);
            return problems.Count == before ? new MixObservation(date, target, values, holiday) : null;
        }

        private int Find(string column)
        {
            int at = Array.IndexOf(header, column);
            if (at < 0)
            {
                problems.Add(1, 1, $"there is no column {YamlNode.Quote(column)}{NearestName.Advice(column, header)}");
            }

            return Math.Max(0, at);
        }

        private double Number(int line, int at, string column)
        {
            if (double.TryParse(Text(at), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
            {
                return number;
            }

            Add(line, at, $"'{column}' is a number; found {YamlNode.Quote(Text(at))}");
            return 0;
        }

        private string Text(int at) => Encoding.UTF8.GetString(fields[at]).Trim();

        private void Add(int line, int at, string message) => problems.Add(line, fields.PlaceOf(at) + 1, message);
    }
}
