using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>
/// Series of factors. In each period of a dataset's own grain a forecast gives way to an actual value; what is left conforms to
/// the grain asked for by the dataset's aggregate; of several datasets the one without forecasts counts, then the later one.
/// </summary>
internal static class FactorReader
{
    private const string Name = GlobalFields.FactorName;
    private const string Value = GlobalFields.FactorValue;
    private const string Type = GlobalFields.FactorType;
    private const string ValueType = GlobalFields.FactorValueType;
    private const string Internal = "Internal";
    private const string Actual = "Actual";
    private const string Forecasted = "Forecasted";

    public static FactorResult Answer(TableView view, FactorQuery query)
    {
        if (query.From > query.To)
        {
            return new FactorResult { Problems = [$"from {query.From:yyyy-MM-dd} lies behind to {query.To:yyyy-MM-dd}"], Grain = query.Grain };
        }

        ImmutableArray<ShownDataset> datasets = view.For(query.Drafts);
        Grain target = GridPlan.TargetOf(query.Grain, datasets);
        Dictionary<(string Name, int Start, Grain Grain), Period> best = [];
        foreach (ShownDataset dataset in datasets.Where(dataset => dataset.IsFactors && dataset.MetricOf(Value) >= 0))
        {
            foreach (((string Name, int Start) key, Period period) in PeriodsOf(dataset, query, target))
            {
                (string, int, Grain) place = (key.Name, key.Start, dataset.GrainAt(target));
                if (!best.TryGetValue(place, out Period? known) || period.IsBefore(known))
                {
                    best[place] = period;
                }
            }
        }

        return new FactorResult
        {
            Grain = query.Grain == GridGrain.Coarsest ? (GridGrain)target : query.Grain,
            Rows = [.. best
                .OrderBy(row => row.Key.Name, StringComparer.Ordinal).ThenBy(row => row.Key.Start).ThenBy(row => row.Key.Grain)
                .Select(row => row.Value.ToRow(row.Key.Name, row.Key.Start, row.Key.Grain))],
        };
    }

    private static Dictionary<(string Name, int Start), Period> PeriodsOf(ShownDataset dataset, FactorQuery query, Grain target)
    {
        DatasetRows rows = dataset.Rows;
        PartFilter filter = new(dataset, target, query.From, query.To, []);
        int metric = dataset.MetricOf(Value);
        List<(int Slot, string Name, bool IsForecast)> values = [];
        HashSet<(string, int)> actuals = [];
        for (int slot = 0; slot < rows.Slots; slot++)
        {
            if (!filter.Passes(slot) || rows.Cell(slot, metric).Count == 0 || Text(dataset, slot, Name) is not string name
                || (query.Names.Length > 0 && !query.Names.Contains(name, StringComparer.Ordinal)))
            {
                continue;
            }

            bool isForecast = Text(dataset, slot, ValueType) == Forecasted;
            values.Add((slot, name, isForecast));
            if (!isForecast)
            {
                actuals.Add((name, OwnPeriod(dataset, slot)));
            }
        }

        Dictionary<(string, int), Period> periods = [];
        foreach ((int slot, string name, bool isForecast) in values)
        {
            if (isForecast && actuals.Contains((name, OwnPeriod(dataset, slot))))
            {
                continue;
            }

            (string, int) key = (name, dataset.StartAt(rows.Day(slot), target));
            if (!periods.TryGetValue(key, out Period? period))
            {
                periods.Add(key, period = new Period(dataset, dataset.Rows.Plan.Metrics[metric].Aggregate));
            }

            period.Add(rows.Cell(slot, metric), rows.Moment(slot, metric), isForecast, Text(dataset, slot, Type) ?? Internal);
        }

        return periods;
    }

    // Weekly rows of one week may begin on several days.
    private static int OwnPeriod(ShownDataset dataset, int slot) =>
        Periods.Start(dataset.Rows.Day(slot), dataset.OwnGrain, dataset.Plan.StartOfWeek);

    private static string? Text(ShownDataset dataset, int slot, string field) =>
        dataset.DimensionOf(field) is >= 0 and int dimension ? dataset.Rows.Text(slot, dimension) : null;

    /// <summary>What one dataset says of one factor in one period.</summary>
    private sealed class Period(ShownDataset dataset, MetricRule rule)
    {
        private MetricTally tally;
        private bool isForecast;
        private string type = "";

        public void Add(in MetricCell cell, in ValueMoment moment, bool forecast, string typeOfPart)
        {
            int compared = tally.Count == 0 ? 1 : moment.CompareTo(tally.At);
            // Two records of one moment are one record; the smaller text keeps the choice total all the same.
            type = compared > 0 || (compared == 0 && string.CompareOrdinal(typeOfPart, type) < 0) ? typeOfPart : type;
            tally.Add(rule, cell, moment);
            isForecast |= forecast;
        }

        public bool IsBefore(Period other) => isForecast == other.isForecast ? tally.At.CompareTo(other.tally.At) > 0 : other.isForecast;

        public FactorRow ToRow(string name, int start, Grain grain) => new()
        {
            Name = name,
            Date = Periods.TextOf(start),
            DateType = Periods.NameOf(grain),
            Value = tally.Read(rule).ToText() ?? "",
            Type = type,
            ValueType = isForecast ? Forecasted : Actual,
            Dataset = dataset.Name,
        };
    }
}
