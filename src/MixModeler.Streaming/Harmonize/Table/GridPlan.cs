using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>A query whose names are resolved.</summary>
internal sealed record GridPlan
{
    public required ImmutableArray<GridField> Columns { get; init; }

    /// <summary>Metrics to add up: those of columns, and those that formulas and filters read.</summary>
    public required ImmutableArray<string> Metrics { get; init; }

    public required ImmutableArray<(GridField Field, GridFilter Filter)> PartFilters { get; init; }

    public required ImmutableArray<(GridField Field, GridOperator Question, MetricValue[] Values)> RowFilters { get; init; }

    /// <summary>Which column, and which way.</summary>
    public required ImmutableArray<(int Column, bool Descending)> Sort { get; init; }

    public required ImmutableArray<ShownDataset> Datasets { get; init; }

    /// <summary>The one asked for, as every dataset conforms to it.</summary>
    public required Grain Target { get; init; }

    /// <summary>The grain that is named in the answer.</summary>
    public required GridGrain Named { get; init; }

    public required Conflicts Conflicts { get; init; }

    public required DateOnly? From { get; init; }

    public required DateOnly? To { get; init; }

    /// <summary>Rows of other dates are other rows.</summary>
    public bool ByDate => Columns.Any(column => column.Source == FieldSource.Date);

    /// <summary>A day and a week that begin on one date are never added up under one date.</summary>
    public bool ByGrain => ByDate || Columns.Any(column => column.Source == FieldSource.DateType);

    public PartFilter FilterOf(ShownDataset dataset) => new(dataset, Target, From, To, PartFilters);

    /// <summary>Null where the query cannot be answered; every reason is a problem.</summary>
    public static GridPlan? Compile(TableView view, GridQuery query, List<string> problems)
    {
        GridFields fields = new(view, problems);
        ImmutableArray<ShownDataset> datasets = view.For(query.Drafts);
        ImmutableArray<GridField> columns = query.Columns.Length == 0
            ? [.. fields.Default(datasets)]
            : [.. query.Columns.Select(fields.Find).OfType<GridField>()];
        foreach (string twice in query.Columns.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            problems.Add($"column '{twice}' is asked for twice");
        }

        Filters filters = Filters.Of(query.Filters, fields, problems);
        ImmutableArray<(int, bool)> sort = SortOf(query.Sort, columns, problems);
        CheckPage(query, problems);
        if (problems.Count > 0)
        {
            return null;
        }

        ImmutableArray<string> metrics = [.. columns.Concat(filters.Rows.Select(row => row.Field)).SelectMany(MetricsOf).Distinct()];
        ImmutableArray<ShownDataset> telling = [.. datasets.Where(dataset => Tells(dataset, columns, metrics))];
        Grain target = TargetOf(query.Grain, telling);
        return new GridPlan
        {
            Columns = columns,
            Metrics = metrics,
            PartFilters = filters.Parts,
            RowFilters = filters.Rows,
            Sort = sort,
            Datasets = telling,
            Target = target,
            Named = query.Grain == GridGrain.Coarsest ? (GridGrain)target : query.Grain,
            // Found among all datasets, also those that tell of nothing asked for.
            Conflicts = Conflicts.Find(datasets, query.Preferences ?? view.Plan.Preferences, metrics),
            From = query.From,
            To = query.To,
        };
    }

    /// <summary>The coarsest grain of datasets that have parts, or the one that is named.</summary>
    public static Grain TargetOf(GridGrain asked, IEnumerable<ShownDataset> datasets) => asked switch
    {
        GridGrain.Finest => Grain.Daily,
        GridGrain.Coarsest => datasets.Where(dataset => dataset.Rows.Count > 0).Select(dataset => dataset.Plan.Granularity).DefaultIfEmpty().Max(),
        _ => (Grain)asked,
    };

    private static IEnumerable<string> MetricsOf(GridField field) => field.Source switch
    {
        FieldSource.Metric => [field.Name],
        FieldSource.Derived => field.Formula!.Metrics,
        _ => [],
    };

    // A dataset that has nothing of what is asked for would only add rows of Null.
    private static bool Tells(ShownDataset dataset, ImmutableArray<GridField> columns, ImmutableArray<string> metrics)
    {
        if (metrics.Length > 0)
        {
            return metrics.Any(metric => dataset.MetricOf(metric) >= 0);
        }

        GridField[] dimensions = [.. columns.Where(column => column.Source == FieldSource.Dimension)];
        return dimensions.Length == 0 || dimensions.Any(column => dataset.DimensionOf(column.Name) >= 0);
    }

    private static ImmutableArray<(int Column, bool Descending)> SortOf(GridSort[] sorts, ImmutableArray<GridField> columns, List<string> problems)
    {
        List<(int, bool)> found = [];
        foreach (GridSort sort in sorts)
        {
            int column = columns.Select(field => field.Name).ToList().IndexOf(sort.Field);
            if (column < 0)
            {
                problems.Add($"rows can only be sorted by a column that is shown: '{sort.Field}' is none");
            }

            found.Add((column, sort.Descending));
        }

        return [.. found];
    }

    private static void CheckPage(GridQuery query, List<string> problems)
    {
        if (query.Page < 1)
        {
            problems.Add($"page {query.Page}: pages are counted from 1");
        }

        if (query.Size is < 0 or > GridQuery.SizeMax)
        {
            problems.Add($"size {query.Size}: a page has 1 to {GridQuery.SizeMax} rows, and 0 asks for all");
        }

        if (query.From > query.To)
        {
            problems.Add($"from {query.From:yyyy-MM-dd} lies behind to {query.To:yyyy-MM-dd}");
        }
    }

    private sealed record Filters(
        ImmutableArray<(GridField Field, GridFilter Filter)> Parts, ImmutableArray<(GridField Field, GridOperator Question, MetricValue[] Values)> Rows)
    {
        public static Filters Of(GridFilter[] filters, GridFields fields, List<string> problems)
        {
            List<(GridField, GridFilter)> parts = [];
            List<(GridField, GridOperator, MetricValue[])> rows = [];
            foreach (GridFilter filter in filters)
            {
                GridField? field = fields.Find(filter.Field);
                if (field is null || !Check(field, filter, problems))
                {
                    continue;
                }

                if (field.IsNumber)
                {
                    rows.Add((field, filter.Operator, NumbersOf(filter, problems)));
                }
                else
                {
                    parts.Add((field, filter));
                }
            }

            return new Filters([.. parts], [.. rows]);
        }

        private static bool Check(GridField field, GridFilter filter, List<string> problems)
        {
            int before = problems.Count;
            if (field.Source == FieldSource.Updated)
            {
                problems.Add($"'{filter.Field}' tells of a whole row and cannot be filtered");
            }
            else if (field.IsNumber ? !FieldTest.AsksNumbers(filter.Operator) : FieldTest.IsOfNumbers(filter.Operator))
            {
                problems.Add($"{filter.Operator} cannot be asked of '{filter.Field}', which is a {field.Field.Category.ToString().ToLowerInvariant()}");
            }
            else if (FieldTest.NeedsValue(filter.Operator) != filter.Values.Length > 0)
            {
                problems.Add($"the filter of '{filter.Field}': {filter.Operator} {(filter.Values.Length > 0 ? "takes no value" : "needs a value")}");
            }

            return problems.Count == before;
        }

        private static MetricValue[] NumbersOf(GridFilter filter, List<string> problems)
        {
            MetricValue[] numbers = new MetricValue[filter.Values.Length];
            for (int i = 0; i < numbers.Length; i++)
            {
                if (!FieldTest.TryNumber(filter.Values[i], out numbers[i]))
                {
                    problems.Add($"the filter of '{filter.Field}': '{filter.Values[i]}' is no number");
                }
            }

            return numbers;
        }
    }
}
