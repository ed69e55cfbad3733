using System.Globalization;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Answers queries of the harmonized grid.</summary>
internal static class GridReader
{
    public static GridResult Answer(TableView view, GridQuery query)
    {
        List<string> problems = [];
        GridPlan? plan = GridPlan.Compile(view, query, problems);
        if (plan is null)
        {
            return new GridResult { Problems = [.. problems], Page = query.Page, Size = query.Size, Grain = query.Grain };
        }

        GridScan scan = GridScan.Of(plan);
        int[] groups = [.. Enumerable.Range(0, scan.Groups)
            .Where(group => plan.RowFilters.All(row => FieldTest.Holds(row.Question, row.Values, scan.Value(group, row.Field))))];
        Array.Sort(groups, OrderOf(plan, scan));
        return new GridResult
        {
            Columns = [.. plan.Columns.Select(column => new GridColumn(column.Name, column.Field.Display, column.Field.Category, column.Field.Type))],
            Rows = [.. PageOf(groups, query).Select(group => plan.Columns.Select(column => TextOf(scan, group, column)).ToArray())],
            Total = groups.Length,
            Page = query.Page,
            Size = query.Size,
            Grain = plan.Named,
            Datasets = [.. view.For(query.Drafts).Select(DatasetOf)],
        };
    }

    public static GridDataset DatasetOf(ShownDataset dataset) => new()
    {
        Name = dataset.Name,
        Category = dataset.Plan.Category,
        Status = dataset.Plan.Status,
        Identity = dataset.Rows.Plan.Identity,
        Grain = dataset.Plan.Granularity,
        Parts = dataset.Rows.Count,
        Changes = dataset.Changes,
    };

    private static IEnumerable<int> PageOf(int[] groups, GridQuery query)
    {
        if (query.Size == 0)
        {
            return query.Page == 1 ? groups : [];
        }

        long skipped = (query.Page - 1L) * query.Size;
        return skipped >= groups.Length ? [] : groups.Skip((int)skipped).Take(query.Size);
    }

    private static string? TextOf(GridScan scan, int group, GridField column) => column.Source switch
    {
        FieldSource.Date => Periods.TextOf(scan.Date(group)),
        FieldSource.DateType => Periods.NameOf(scan.Grain(group)),
        FieldSource.Updated => scan.Place(group).UpdatedMs is not 0 and long updated
            ? DateTimeOffset.FromUnixTimeMilliseconds(updated).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)
            : null,
        FieldSource.Dataset or FieldSource.Dimension => scan.Text(group, column),
        _ => scan.Value(group, column).ToText(),
    };

    // Total: rows differ in their keys if in nothing else.
    private static Comparison<int> OrderOf(GridPlan plan, GridScan scan)
    {
        Comparison<int>[] sorts = [.. plan.Sort.Select(sort => SortOf(plan.Columns[sort.Column], sort.Descending, scan))];
        return (left, right) =>
        {
            foreach (Comparison<int> sort in sorts)
            {
                if (sort(left, right) is not 0 and int compared)
                {
                    return compared;
                }
            }

            return ComparePlaces(scan, left, right);
        };
    }

    private static int ComparePlaces(GridScan scan, int left, int right)
    {
        ref readonly GroupPlace one = ref scan.Place(left);
        ref readonly GroupPlace other = ref scan.Place(right);
        int compared = one.Order.CompareTo(other.Order);
        compared = compared != 0 ? compared : scan.Date(left).CompareTo(scan.Date(right));
        compared = compared != 0 ? compared : one.First.Offset.CompareTo(other.First.Offset);
        compared = compared != 0 ? compared : one.First.Partition.CompareTo(other.First.Partition);
        return compared != 0 ? compared : scan.CompareKeys(left, right);
    }

    private static Comparison<int> SortOf(GridField column, bool descending, GridScan scan)
    {
        int sign = descending ? -1 : 1;
        switch (column.Source)
        {
            case FieldSource.Date:
                return (left, right) => sign * scan.Date(left).CompareTo(scan.Date(right));
            case FieldSource.DateType:
                return (left, right) => sign * scan.Grain(left).CompareTo(scan.Grain(right));
            case FieldSource.Updated:
                long[] updated = [.. Enumerable.Range(0, scan.Groups).Select(group => scan.Place(group).UpdatedMs)];
                return (left, right) => NullLast(updated[left] != 0, updated[right] != 0, sign * updated[left].CompareTo(updated[right]));
            case FieldSource.Dataset or FieldSource.Dimension:
                int[] ranks = scan.Ranks(column);
                bool[] known = [.. Enumerable.Range(0, ranks.Length).Select(group => scan.Text(group, column) is not null)];
                return (left, right) => NullLast(known[left], known[right], sign * ranks[left].CompareTo(ranks[right]));
            default:
                // Formulas are reckoned once, not at every comparison.
                MetricValue[] values = [.. Enumerable.Range(0, scan.Groups).Select(group => scan.Value(group, column))];
                return (left, right) => NullLast(values[left].HasValue, values[right].HasValue, sign * values[left].CompareTo(values[right]));
        }
    }

    private static int NullLast(bool left, bool right, int compared) => left == right ? compared : left ? -1 : 1;
}
