namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>From a number of the grid back to parts, and so to records.</summary>
internal static class LineageReader
{
    private const string ByPreference = "preference";

    public static LineageResult Answer(TableView view, LineageQuery query)
    {
        GridQuery grid = GridOf(query);
        List<string> problems = [];
        GridPlan? plan = GridPlan.Compile(view, grid, problems);
        if (plan is not null && (plan.Columns.Length == 0 || !plan.Columns[^1].IsNumber))
        {
            problems.Add($"'{query.Metric}' is no metric");
        }

        if (query.Limit is < 1 or > LineageQuery.PartsMax)
        {
            problems.Add($"limit {query.Limit}: 1 to {LineageQuery.PartsMax} parts can be listed");
        }

        if (plan is null || problems.Count > 0)
        {
            return new LineageResult { Problems = [.. problems], Metric = query.Metric };
        }

        List<(ShownDataset Dataset, int Slot, int Metric, bool Counts)> found = [.. plan.Datasets.SelectMany(dataset => PartsOf(plan, dataset))];
        return new LineageResult
        {
            Metric = query.Metric,
            Value = GridReader.Answer(view, grid).Rows.FirstOrDefault()?[^1],
            Parts = [.. found.Take(query.Limit).Select(part => PartOf(part.Dataset, part.Slot, part.Metric, part.Counts))],
            Total = found.Count,
            // A part that brings two metrics of a formula has its records once.
            Records = found.Where(part => part.Counts)
                .DistinctBy(part => (part.Dataset.Order, part.Slot))
                .Sum(part => part.Dataset.Rows.Origin(part.Slot).Records),
        };
    }

    // The row as filters, so that a part is found by just what put it into the row.
    private static GridQuery GridOf(LineageQuery query) => new()
    {
        Columns = [query.Metric],
        Filters =
        [
            .. query.Filters,
            .. query.Row.Select(cell => cell.Value is null
                ? new GridFilter(cell.Key, GridOperator.NotExists, [])
                : new GridFilter(cell.Key, GridOperator.Equals, [cell.Value])),
        ],
        From = query.From,
        To = query.To,
        Grain = query.Grain,
        Drafts = query.Drafts,
        Preferences = query.Preferences,
    };

    private static IEnumerable<(ShownDataset Dataset, int Slot, int Metric, bool Counts)> PartsOf(GridPlan plan, ShownDataset dataset)
    {
        DatasetRows rows = dataset.Rows;
        PartFilter filter = plan.FilterOf(dataset);
        DatasetLens lens = new(dataset, plan.Metrics, plan.Conflicts);
        return filter.IsEmpty ? [] : Enumerable.Range(0, rows.Slots)
            .Where(filter.Passes)
            .SelectMany(slot => Enumerable.Range(0, plan.Metrics.Length)
                .Where(metric => lens.Metrics[metric] >= 0 && rows.Cell(slot, lens.Metrics[metric]).Count > 0)
                .Select(metric => (dataset, slot, lens.Metrics[metric], lens.Keeps(slot)[metric])))
            .OrderBy(part => rows.Day(part.slot)).ThenBy(part => rows.Origin(part.slot).First.Offset).ThenBy(part => rows.Origin(part.slot).Partition)
            .ThenBy(part => rows.Origin(part.slot).Key.High).ThenBy(part => rows.Origin(part.slot).Key.Low);
    }

    private static LineagePart PartOf(ShownDataset dataset, int slot, int metric, bool counts)
    {
        DatasetRows rows = dataset.Rows;
        PartOrigin origin = rows.Origin(slot);
        MetricTally tally = default;
        tally.Add(rows.Plan.Metrics[metric].Aggregate, rows.Cell(slot, metric), default);
        return new LineagePart
        {
            Dataset = dataset.Name,
            Category = dataset.Plan.Category,
            Topic = dataset.Plan.Topic,
            Partition = origin.First.Partition,
            Key = origin.Key.ToString(),
            FirstOffset = origin.First.Offset,
            LastOffset = origin.Last.Offset,
            Records = origin.Records,
            Date = Periods.TextOf(rows.Day(slot)),
            Dimensions = Enumerable.Range(0, rows.Dimensions.Length).Where(dimension => rows.Text(slot, dimension) is not null)
                .ToDictionary(dimension => rows.Plan.Dimensions[dimension].Field, dimension => rows.Text(slot, dimension)!),
            Metric = rows.Plan.Metrics[metric].Field,
            Aggregate = rows.Plan.Metrics[metric].Aggregate,
            Value = tally.Read(rows.Plan.Metrics[metric].Aggregate).ToText() ?? "",
            DroppedBy = counts ? null : ByPreference,
        };
    }
}
