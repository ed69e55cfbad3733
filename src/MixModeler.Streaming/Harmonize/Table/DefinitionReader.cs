using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Reports of touchpoints and conversions: grid queries whose filter is the definition's rule.</summary>
internal static class DefinitionReader
{
    public static DefinitionResult Touchpoints(TableView view, DefinitionQuery query) => Answer(
        view,
        query,
        [.. view.Plan.Touchpoints.Select(each => new Definition(each.Name, each.Rule, each.Volume, each.Spend))],
        withOverlaps: true);

    public static DefinitionResult Conversions(TableView view, DefinitionQuery query) => Answer(
        view,
        query,
        [.. view.Plan.Conversions.Select(each => new Definition(each.Name, each.Rule, each.Metric, each.Revenue))],
        withOverlaps: false);

    private static DefinitionResult Answer(TableView view, DefinitionQuery query, Definition[] all, bool withOverlaps)
    {
        List<string> problems = [.. query.Names.Except(all.Select(each => each.Name)).Select(name => $"nothing is defined as '{name}'")];
        Definition[] asked = [.. all.Where(each => query.Names.Length == 0 || query.Names.Contains(each.Name, StringComparer.Ordinal))];
        // One grain for all of them, whichever datasets they read.
        Grain target = GridPlan.TargetOf(query.Grain, view.For(query.Drafts).Where(dataset => !dataset.IsFactors));
        DefinitionQuery same = query with { Grain = query.Grain == GridGrain.Coarsest ? (GridGrain)target : query.Grain };
        DefinitionSeries[] series = [.. asked.Select(each => SeriesOf(view, same, each, problems))];
        if (problems.Count > 0)
        {
            return new DefinitionResult { Problems = [.. problems.Distinct()], Grain = query.Grain };
        }

        return new DefinitionResult
        {
            Grain = same.Grain,
            Series = series,
            Overlaps = withOverlaps ? OverlapsOf(view, same, asked) : [],
        };
    }

    private static DefinitionSeries SeriesOf(TableView view, DefinitionQuery query, Definition definition, List<string> problems)
    {
        GridResult points = GridReader.Answer(view, GridOf(query, definition, [GridFields.Date, GridFields.DateType]));
        GridResult totals = GridReader.Answer(view, GridOf(query, definition, []));
        problems.AddRange(points.Problems.Select(problem => $"'{definition.Name}': {problem}"));
        string?[]? total = totals.Rows.FirstOrDefault();
        return new DefinitionSeries
        {
            Name = definition.Name,
            Metric = definition.Metric,
            MoneyMetric = definition.Money,
            Total = total?[0],
            MoneyTotal = definition.Money is null ? null : total?[^1],
            Points = [.. points.Rows.Select(row => new DefinitionPoint(row[0]!, row[1]!, row[2], definition.Money is null ? null : row[^1]))],
        };
    }

    private static GridQuery GridOf(DefinitionQuery query, Definition definition, string[] columns) => new()
    {
        Columns = [.. columns, .. definition.Metrics],
        Filters = [.. definition.Rule.Select(GridFilter.Of)],
        From = query.From,
        To = query.To,
        Grain = query.Grain,
        Sort = columns.Length == 0 ? [] : [new GridSort(GridFields.Date)],
        Size = 0,
        Drafts = query.Drafts,
        Preferences = query.Preferences,
    };

    private static DefinitionOverlap[] OverlapsOf(TableView view, DefinitionQuery query, Definition[] definitions)
    {
        SortedDictionary<(int First, int Second), DefinitionOverlap> overlaps = [];
        ImmutableArray<ShownDataset> datasets = view.For(query.Drafts);
        MergePreferences preferences = query.Preferences ?? view.Plan.Preferences;
        Conflicts conflicts = Conflicts.Find(datasets, preferences, definitions.SelectMany(each => each.Metrics).Distinct());
        foreach (ShownDataset dataset in datasets.Where(dataset => !dataset.IsFactors))
        {
            Taker[] takers = [.. definitions.Select(each => Taker.Of(view, dataset, query, each, conflicts))];
            for (int slot = 0; slot < dataset.Rows.Slots; slot++)
            {
                int[] taking = [.. Enumerable.Range(0, takers.Length).Where(taker => takers[taker].Takes(slot))];
                foreach ((int first, int second) in taking.SelectMany((first, at) => taking.Skip(at + 1).Select(second => (first, second))))
                {
                    Count(overlaps, (first, second), definitions, dataset, slot);
                }
            }
        }

        return [.. overlaps.Values];
    }

    private static void Count(
        SortedDictionary<(int First, int Second), DefinitionOverlap> overlaps,
        (int First, int Second) pair,
        Definition[] definitions,
        ShownDataset dataset,
        int slot)
    {
        long records = dataset.Rows.Origin(slot).Records;
        overlaps[pair] = overlaps.TryGetValue(pair, out DefinitionOverlap? known)
            ? known with { Parts = known.Parts + 1, Records = known.Records + records }
            : new DefinitionOverlap(definitions[pair.First].Name, definitions[pair.Second].Name, 1, records, PartText.Of(dataset, slot));
    }

    private sealed record Definition(string Name, ImmutableArray<FieldPredicate> Rule, string Metric, string? Money)
    {
        public IEnumerable<string> Metrics => Money is null || Money == Metric ? [Metric] : [Metric, Money];
    }

    /// <summary>A touchpoint's eye for the parts of one dataset.</summary>
    private sealed record Taker(ShownDataset Dataset, PartFilter Filter, DatasetLens Lens)
    {
        public static Taker Of(TableView view, ShownDataset dataset, DefinitionQuery query, Definition definition, Conflicts conflicts)
        {
            GridFields fields = new(view, []);
            Grain target = GridPlan.TargetOf(query.Grain, []);
            IEnumerable<(GridField, GridFilter)> rule = definition.Rule.Select(predicate => (fields.Find(predicate.Field)!, GridFilter.Of(predicate)));
            return new Taker(
                dataset,
                new PartFilter(dataset, target, query.From, query.To, rule),
                new DatasetLens(dataset, [.. definition.Metrics], conflicts));
        }

        public bool Takes(int slot) => !Filter.IsEmpty && Filter.Passes(slot) && Lens.HasAny(slot, Lens.Keeps(slot));
    }
}
