namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>
/// Which parts of one dataset a query means, by dates and by filters of dimensions: each distinct value is judged once.
/// </summary>
internal sealed class PartFilter
{
    private readonly ShownDataset dataset;
    private readonly Func<int, int> startAt;
    private readonly int from;
    private readonly int to;
    private readonly List<(int Dimension, bool[] Passes)> columns = [];
    private readonly List<(GridFilter Filter, Dictionary<int, bool> Judged)> dates = [];

    /// <param name="dataset">Whose parts.</param>
    /// <param name="grain">At which they are shown: filters of date and date type see what is shown.</param>
    /// <param name="from">The first date; null for none.</param>
    /// <param name="to">The last date.</param>
    /// <param name="filters">Of dimensions.</param>
    public PartFilter(
        ShownDataset dataset, Topology.Datasets.Grain grain, DateOnly? from, DateOnly? to, IEnumerable<(GridField Field, GridFilter Filter)> filters)
    {
        this.dataset = dataset;
        startAt = day => dataset.StartAt(day, grain);
        this.from = from?.DayNumber ?? 0;
        this.to = to?.DayNumber ?? int.MaxValue;
        foreach ((GridField field, GridFilter filter) in filters)
        {
            Add(field, filter, grain);
        }
    }

    /// <summary>Every part is refused, whatever it is.</summary>
    public bool IsEmpty { get; private set; }

    public bool Passes(int slot)
    {
        DatasetRows rows = dataset.Rows;
        int day = rows.Day(slot);
        if (!rows.IsUsed(slot) || day < from || day > to)
        {
            return false;
        }

        foreach ((int dimension, bool[] passes) in columns)
        {
            if (!passes[rows.Symbol(slot, dimension)])
            {
                return false;
            }
        }

        return dates.Count == 0 || PassesDates(startAt(day));
    }

    private void Add(GridField field, GridFilter filter, Topology.Datasets.Grain grain)
    {
        int dimension = field.Source == FieldSource.Dimension ? dataset.DimensionOf(field.Name) : -1;
        if (field.Source == FieldSource.Date)
        {
            dates.Add((filter, []));
        }
        else if (dimension >= 0)
        {
            SymbolColumn symbols = dataset.Rows.Dimensions[dimension];
            bool[] passes = new bool[symbols.Count];
            for (int id = 0; id < passes.Length; id++)
            {
                passes[id] = FieldTest.Holds(filter.Operator, filter.Values, symbols[id]);
            }

            columns.Add((dimension, passes));
        }
        else
        {
            string? same = field.Source switch
            {
                FieldSource.Dataset => dataset.Name,
                FieldSource.DateType => Periods.NameOf(dataset.GrainAt(grain)),
                _ => null,
            };
            IsEmpty |= !FieldTest.Holds(filter.Operator, filter.Values, same);
        }
    }

    private bool PassesDates(int start)
    {
        foreach ((GridFilter filter, Dictionary<int, bool> judged) in dates)
        {
            if (!judged.TryGetValue(start, out bool passes))
            {
                judged.Add(start, passes = FieldTest.Holds(filter.Operator, filter.Values, Periods.TextOf(start)));
            }

            if (!passes)
            {
                return false;
            }
        }

        return true;
    }
}
