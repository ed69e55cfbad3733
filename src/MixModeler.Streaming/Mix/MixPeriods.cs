using System.Globalization;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>The closed periods of a harmonized table as a model takes them in: a function of the table alone, whatever came when.</summary>
/// <param name="Observations">Oldest first, without a gap.</param>
/// <param name="Waiting">Why periods that are closed are not among them, in a sentence; null where all are.</param>
public sealed record MixPeriods(IReadOnlyList<MixObservation> Observations, string? Waiting)
{
    /// <summary>
    /// Media and spend that no row tells are 0, a credit that no row tells is none. Where an outcome or a factor is missing, or a number
    /// is of no use, the periods end before it until the table tells otherwise: carry-over knows no gaps.
    /// </summary>
    /// <param name="look">The table and the credits as they stand.</param>
    /// <param name="plan">Where columns come from, and the training window.</param>
    /// <param name="closedThrough">The last day of which all is in; a period that goes on behind it is not closed.</param>
    public static MixPeriods Read(MixLook look, MixPlan plan, DateOnly closedThrough)
    {
        ArgumentNullException.ThrowIfNull(look);
        ArgumentNullException.ThrowIfNull(plan);
        MixSpec spec = plan.Spec;
        Columns columns = new(look, plan, plan.To is { } to && to < closedThrough ? to : closedThrough);
        SortedDictionary<DateOnly, double> outcomes = columns.Of(spec.Target);
        string[] inputs = new MixLayout(spec).Inputs;
        SortedDictionary<DateOnly, double>[] series = [.. inputs.Select(column => columns.Of(column, outcomes.Keys))];
        if (columns.Problem is not null || outcomes.Count == 0)
        {
            return new MixPeriods([], columns.Problem);
        }

        int days = plan.DaysPerPeriod;
        List<MixObservation> periods = [];
        // The window's last period has to end in it.
        for (DateOnly date = outcomes.Keys.First(); date <= outcomes.Keys.Last(); date = date.AddDays(days))
        {
            if (date.AddDays(days - 1) > columns.Last)
            {
                return new MixPeriods(periods, null);
            }

            bool isKnown = outcomes.TryGetValue(date, out double outcome) || plan.MissingIsZero;
            if (!isKnown || spec.Form == MixForm.Multiplicative && outcome <= 0)
            {
                string fault = isKnown ? $"'{spec.Target}' is not above 0, which the multiplicative form needs" : $"there is no '{spec.Target}' in this period";
                return new MixPeriods(periods, $"{Text(date)}: {fault}; later periods wait");
            }

            double[] values = new double[inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
            {
                bool isTold = series[i].TryGetValue(date, out double value);
                values[i] = isTold ? value : IsCredit(spec, inputs[i]) ? double.NaN : 0;
                if (!isTold && IsControl(spec, inputs[i]))
                {
                    return new MixPeriods(periods, $"{Text(date)}: there is no '{inputs[i]}' in this period, and later ones wait for it");
                }

                if (values[i] < 0 && IsMedia(spec, inputs[i]))
                {
                    return new MixPeriods(periods, $"{Text(date)}: '{inputs[i]}' is below 0, and media and spend never are; later periods wait");
                }
            }

            periods.Add(new MixObservation(date, outcome, values));
        }

        return new MixPeriods(periods, null);
    }

    private static bool IsCredit(MixSpec spec, string column) => spec.Channels.Any(channel => channel.Credit?.Column == column);

    private static bool IsControl(MixSpec spec, string column) => spec.Controls.Any(control => control.Column == column);

    private static bool IsMedia(MixSpec spec, string column) => spec.Channels.Any(channel => channel.Column == column || channel.SpendColumn == column);

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Columns as series, read from the table.</summary>
    private sealed class Columns(MixLook look, MixPlan plan, DateOnly last)
    {
        private GridGrain Grain => plan.Grain == Topology.Datasets.Grain.Weekly ? GridGrain.Weekly : GridGrain.Daily;

        public DateOnly Last => last;

        /// <summary>The first one.</summary>
        public string? Problem { get; private set; }

        /// <param name="name">Of the column.</param>
        /// <param name="periods">First days of the periods that a credit is summed over.</param>
        public SortedDictionary<DateOnly, double> Of(string name, IEnumerable<DateOnly>? periods = null)
        {
            SortedDictionary<DateOnly, double> values = [];
            if (plan.Columns.FirstOrDefault(column => column.Name == name) is not { } column)
            {
                Problem ??= $"nothing says where '{name}' comes from";
                return values;
            }

            if (column.IsCredit)
            {
                return look.Credits.GetValueOrDefault(column.Of)?.Of(column, periods ?? [], plan.DaysPerPeriod) ?? values;
            }

            (string? Date, string? Type, string? Value)[] rows = column.Kind == MixColumnKind.Factor ? Factors(column) : Rows(column);
            string wanted = Grain == GridGrain.Weekly ? "week" : "day";
            foreach ((string? date, string? type, string? value) in rows)
            {
                if (value is null || date is null)
                {
                    continue;
                }

                if (type != wanted)
                {
                    Problem ??= $"'{name}' is told by the {type} ({date}), and the model goes by the {wanted}";
                    continue;
                }

                values[DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture)] = double.Parse(value, CultureInfo.InvariantCulture);
            }

            return values;
        }

        private (string?, string?, string?)[] Rows(MixColumnPlan column)
        {
            GridResult grid = look.Table.Grid(new GridQuery
            {
                Columns = ["event_date", "date_type", column.Of],
                Filters = [.. column.Where.Select(GridFilter.Of)],
                From = plan.From,
                To = last,
                Grain = Grain,
                Size = 0,
            });
            Problem ??= grid.Problems.FirstOrDefault();
            return [.. grid.Rows.Select(row => (row[0], row[1], row[2]))];
        }

        private (string?, string?, string?)[] Factors(MixColumnPlan column)
        {
            FactorResult factors = look.Table.Factors(new FactorQuery { Names = [column.Of], From = plan.From, To = last, Grain = Grain });
            Problem ??= factors.Problems.FirstOrDefault();
            return [.. factors.Rows.Select(row => ((string?)row.Date, (string?)row.DateType, (string?)row.Value))];
        }
    }
}
