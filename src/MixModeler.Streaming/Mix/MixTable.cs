using System.Globalization;
using System.Text;
using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>The periods of a CSV file, by the columns that a spec names, or every problem of it with its place.</summary>
/// <param name="Observations">In order of their dates; empty where there are problems.</param>
/// <param name="Problems">With line and column, from 1.</param>
public sealed record MixTable(IReadOnlyList<MixObservation> Observations, IReadOnlyList<Problem> Problems)
{
    /// <summary>The spec that the rows are for; where it has regions, with the regions that were found.</summary>
    public required MixSpec Spec { get; init; }

    /// <summary>Reads text with a header row, commas, and fields in quotes where they need it.</summary>
    public static MixTable Read(string text, string file, MixSpec spec)
    {
        ProblemList problems = new(file);
        List<MixObservation> observations = [];
        Rows rows = new(spec, problems);
        RegionRows? regions = spec.Regions is null ? null : new RegionRows(spec, rows.Inputs, problems);
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
                if (regions is not null)
                {
                    regions.Add(rows.Region, rows.Size, observation, i + 1);
                    continue;
                }

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

        regions?.Close(lines.Length);
        observations.AddRange(regions?.Periods ?? []);
        if (problems.IsEmpty && observations.Count == 0)
        {
            problems.Add(1, 1, "there are no rows below the header");
        }

        MixSpec its = regions is null ? spec : spec with { Regions = spec.Regions! with { Members = regions.Members } };
        if (problems.IsEmpty && its.LiftTests.Select(test => MixOrders.ProblemOf(test, its)).OfType<string>().FirstOrDefault() is { } objection)
        {
            problems.Add(1, 1, $"a lift test of the model does not fit: {objection}");
        }

        return new MixTable(problems.IsEmpty ? observations : [], problems.InOrder()) { Spec = its };
    }

    private sealed class Rows(MixSpec spec, ProblemList problems)
    {
        private readonly CsvFields fields = new();
        public string[] Inputs { get; } = new MixLayout(spec).Inputs;

        /// <summary>Of the row that was read last.</summary>
        public string Region { get; private set; } = "";

        /// <summary>Of the row that was read last.</summary>
        public double Size { get; private set; } = 1;

        private string[] header = [];
        private int dateAt;
        private int targetAt;
        private int holidayAt;
        private int regionAt;
        private int sizeAt;
        private int[] inputAt = [];
        private readonly HashSet<string> credits = [.. spec.Channels.Select(channel => channel.Credit?.Column).OfType<string>()];

        public void ReadHeader(string line)
        {
            fields.Split(Encoding.UTF8.GetBytes(line), (byte)',');
            header = [.. Enumerable.Range(0, fields.Count).Select(i => Encoding.UTF8.GetString(fields[i]).Trim())];
            dateAt = Find(spec.Date);
            targetAt = Find(spec.Target);
            holidayAt = spec.HolidayColumn is null ? -1 : Find(spec.HolidayColumn);
            regionAt = spec.Regions is null ? -1 : Find(spec.Regions.Column);
            sizeAt = spec.Regions?.Population is string population ? Find(population) : -1;
            inputAt = [.. Inputs.Select(Find)];
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

            double[] values = new double[Inputs.Length];
            for (int i = 0; i < values.Length; i++)
            {
                // Attribution may have nothing to say of a period.
                bool isUntold = credits.Contains(Inputs[i]) && Text(inputAt[i]).Length == 0;
                values[i] = isUntold ? double.NaN : Number(number, inputAt[i], Inputs[i]);
                if (values[i] < 0 && spec.Channels.Any(channel => channel.Column == Inputs[i] || channel.SpendColumn == Inputs[i]))
                {
                    Add(number, inputAt[i], $"'{Inputs[i]}' is {values[i].ToString(CultureInfo.InvariantCulture)}: media and spend are never negative");
                }
            }

            ReadRegion(number);
            string? holiday = holidayAt < 0 ? null : Text(holidayAt);
            return problems.Count == before ? new MixObservation(date, target, values, holiday) : null;
        }

        private void ReadRegion(int number)
        {
            if (regionAt < 0)
            {
                return;
            }

            Region = Text(regionAt);
            Size = sizeAt < 0 ? 1 : Number(number, sizeAt, spec.Regions!.Population!);
            if (Region.Length == 0)
            {
                Add(number, regionAt, $"'{spec.Regions!.Column}' names a region; found nothing");
            }

            if (Size <= 0)
            {
                Add(number, sizeAt, $"'{spec.Regions!.Population}' is {Size.ToString(CultureInfo.InvariantCulture)}: the size of a region is above 0");
            }
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
