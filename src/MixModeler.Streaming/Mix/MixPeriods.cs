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
        string[] inputs = new MixLayout(spec).Inputs;
        RegionShare[] regions = [.. spec.Regions?.Members ?? [new RegionShare("", 1)]];
        Series outcomes = columns.Of(spec.Target, []);
        DateOnly[] told = [.. outcomes.Values.SelectMany(each => each.Keys).Distinct().Order()];
        Series[] series = [.. inputs.Select(column => columns.Of(column, told))];
        if (columns.Problem is not null || told.Length == 0)
        {
            return new MixPeriods([], columns.Problem);
        }

        double[] shares = [.. regions.Select(region => region.Share)];
        List<MixObservation> periods = [];
        // The window's last period has to end in it.
        for (DateOnly date = told[0]; date <= told[^1] && date.AddDays(plan.DaysPerPeriod - 1) <= columns.Last; date = date.AddDays(plan.DaysPerPeriod))
        {
            RegionNumbers[] numbers = new RegionNumbers[regions.Length];
            for (int r = 0; r < regions.Length; r++)
            {
                (numbers[r], string? waits) = Read(plan, inputs, outcomes, series, regions[r].Name, date);
                if (waits is not null)
                {
                    return new MixPeriods(periods, waits);
                }
            }

            periods.Add(spec.Regions is null
                ? new MixObservation(date, numbers[0].Target, numbers[0].Inputs)
                : RegionNumbers.Whole(date, spec, inputs, shares, numbers));
        }

        return new MixPeriods(periods, null);
    }

    // One region's period, or the whole's under an empty name; or why it cannot be taken in.
    private static (RegionNumbers Numbers, string? Waits) Read(
        MixPlan plan, string[] inputs, Series outcomes, Series[] series, string region, DateOnly date)
    {
        MixSpec spec = plan.Spec;
        string where = region.Length == 0 ? "in this period" : $"of the region '{region}' in this period";
        bool isKnown = outcomes.TryGet(region, date, out double outcome) || plan.MissingIsZero;
        if (!isKnown || spec.Form == MixForm.Multiplicative && outcome <= 0)
        {
            string fault = isKnown ? $"'{spec.Target}' is not above 0, which the multiplicative form needs" : $"there is no '{spec.Target}' {where}";
            return (default, $"{Text(date)}: {fault}; later periods wait");
        }

        double[] values = new double[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            bool isTold = series[i].TryGet(region, date, out double value);
            values[i] = isTold ? value : IsCredit(spec, inputs[i]) ? double.NaN : 0;
            if (!isTold && IsControl(spec, inputs[i]))
            {
                return (default, $"{Text(date)}: there is no '{inputs[i]}' {where}, and later ones wait for it");
            }

            if (values[i] < 0 && IsMedia(spec, inputs[i]))
            {
                return (default, $"{Text(date)}: '{inputs[i]}' is below 0 {where}, and media and spend never are; later periods wait");
            }
        }

        return (new RegionNumbers(outcome, values), null);
    }

    private static bool IsCredit(MixSpec spec, string column) => spec.Channels.Any(channel => channel.Credit?.Column == column);

    private static bool IsControl(MixSpec spec, string column) => spec.Controls.Any(control => control.Column == column);

    private static bool IsMedia(MixSpec spec, string column) => spec.Channels.Any(channel => channel.Column == column || channel.SpendColumn == column);

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A column by region and date; what has no regions, as factors, is under an empty name and counts for all.</summary>
    private sealed class Series : Dictionary<string, SortedDictionary<DateOnly, double>>
    {
        public bool TryGet(string region, DateOnly date, out double value)
        {
            value = 0;
            return (TryGetValue(region, out SortedDictionary<DateOnly, double>? own) || TryGetValue("", out own)) && own.TryGetValue(date, out value);
        }
    }

    /// <summary>Columns as series, read from the table.</summary>
    private sealed class Columns(MixLook look, MixPlan plan, DateOnly last)
    {
        private GridGrain Grain => plan.Grain == Topology.Datasets.Grain.Weekly ? GridGrain.Weekly : GridGrain.Daily;

        public DateOnly Last => last;

        /// <summary>The first one.</summary>
        public string? Problem { get; private set; }

        /// <param name="name">Of the column.</param>
        /// <param name="periods">First days of the periods that a credit is summed over.</param>
        public Series Of(string name, DateOnly[] periods)
        {
            Series values = [];
            if (plan.Columns.FirstOrDefault(column => column.Name == name) is not { } column)
            {
                Problem ??= $"nothing says where '{name}' comes from";
                return values;
            }

            if (column.IsCredit)
            {
                values[""] = look.Credits.GetValueOrDefault(column.Of)?.Of(column, periods, plan.DaysPerPeriod) ?? [];
                return values;
            }

            string wanted = Grain == GridGrain.Weekly ? "week" : "day";
            foreach ((string? date, string? type, string? value, string region) in column.Kind == MixColumnKind.Factor ? Factors(column) : Rows(column))
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

                if (!values.TryGetValue(region, out SortedDictionary<DateOnly, double>? own))
                {
                    values[region] = own = [];
                }

                own[DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture)] = double.Parse(value, CultureInfo.InvariantCulture);
            }

            return values;
        }

        private (string?, string?, string?, string)[] Rows(MixColumnPlan column)
        {
            string? region = plan.Spec.Regions?.Column;
            GridResult grid = look.Table.Grid(new GridQuery
            {
                Columns = ["event_date", "date_type", column.Of, .. region is null ? [] : new[] { region }],
                Filters = [.. column.Where.Select(GridFilter.Of)],
                From = plan.From,
                To = last,
                Grain = Grain,
                Size = 0,
            });
            Problem ??= grid.Problems.FirstOrDefault();
            // Rows without a region are no region's: an empty name would count for all.
            return
            [
                .. grid.Rows.Where(row => region is null || !string.IsNullOrEmpty(row[3]))
                    .Select(row => (row[0], row[1], row[2], region is null ? "" : row[3]!)),
            ];
        }

        private (string?, string?, string?, string)[] Factors(MixColumnPlan column)
        {
            FactorResult factors = look.Table.Factors(new FactorQuery { Names = [column.Of], From = plan.From, To = last, Grain = Grain });
            Problem ??= factors.Problems.FirstOrDefault();
            return [.. factors.Rows.Select(row => ((string?)row.Date, (string?)row.DateType, (string?)row.Value, ""))];
        }
    }
}
