using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

internal enum FieldSource
{
    Date,
    DateType,
    Dataset,

    /// <summary>When the sources changed the row last; never a reason to part rows.</summary>
    Updated,
    Dimension,
    Metric,
    Derived,
}

/// <summary>A field that a query names.</summary>
internal sealed record GridField(HarmonizedField Field, FieldSource Source, DerivedFormula? Formula)
{
    public string Name => Field.Name;

    /// <summary>Its values part rows.</summary>
    public bool IsGroup => Source is FieldSource.Date or FieldSource.DateType or FieldSource.Dataset or FieldSource.Dimension;

    public bool IsNumber => Source is FieldSource.Metric or FieldSource.Derived;
}

/// <summary>Fields by name: those of the dictionary, and the four that every row has.</summary>
internal sealed class GridFields
{
    public const string Date = GlobalFields.EventDate;
    public const string DateType = GlobalFields.DateType;
    public const string Dataset = GlobalFields.Dataset;
    public const string Updated = GlobalFields.LastUpdatedDate;

    private static readonly HarmonizedField[] Always =
        [.. GlobalFields.All.Where(field => field.Name is Date or DateType or Dataset or Updated)];

    private readonly TableView view;
    private readonly Dictionary<string, HarmonizedField> byName = new(StringComparer.Ordinal);
    private readonly List<string> problems;

    public GridFields(TableView view, List<string> problems)
    {
        this.view = view;
        this.problems = problems;
        foreach (HarmonizedField field in Always.Concat(view.Plan.Dictionary))
        {
            byName[field.Name] = field;
        }
    }

    /// <summary>Null, and a problem, where there is none of this name.</summary>
    public GridField? Find(string name)
    {
        if (!byName.TryGetValue(name, out HarmonizedField? field))
        {
            string? nearest = NearestName.Of(name, byName.Keys);
            problems.Add(nearest is null ? $"there is no field '{name}'" : $"there is no field '{name}': did you mean '{nearest}'?");
            return null;
        }

        if (field.Category != FieldCategory.Derived)
        {
            return new GridField(field, SourceOf(field), null);
        }

        DerivedFormula? formula = DerivedFormula.Parse(field.Formula ?? "", out FormulaProblem? problem);
        if (problem is not null)
        {
            problems.Add($"the formula of '{name}': {problem}");
        }

        return formula is null ? null : new GridField(field, FieldSource.Derived, formula);
    }

    /// <summary>
    /// Date, date type, then dimensions, metrics and derived fields that the datasets can fill, in the order of the dictionary.
    /// Factors are series of their own (see <see cref="FactorQuery"/>): their fields are shown by default only if nothing else is there.
    /// </summary>
    public List<GridField> Default(IReadOnlyList<ShownDataset> datasets)
    {
        IReadOnlyList<ShownDataset> shown = [.. datasets.Where(dataset => !dataset.IsFactors)];
        shown = shown.Count > 0 ? shown : datasets;
        HashSet<string> mapped = [.. shown.SelectMany(dataset =>
            dataset.Rows.Plan.Dimensions.Select(dimension => dimension.Field).Concat(dataset.Rows.Plan.Metrics.Select(metric => metric.Field)))];
        IEnumerable<string> names = view.Plan.Dictionary
            .OrderBy(field => field.Category)
            .Where(field => field.Category == FieldCategory.Derived
                ? DerivedFormula.Parse(field.Formula ?? "", out _)?.Metrics.All(mapped.Contains) ?? false
                : mapped.Contains(field.Name) && field.Name is not (Date or DateType or Dataset))
            .Select(field => field.Name);
        return [.. new[] { Date, DateType }.Concat(names).Select(Find).OfType<GridField>()];
    }

    private static FieldSource SourceOf(HarmonizedField field) => field.Name switch
    {
        Date => FieldSource.Date,
        DateType => FieldSource.DateType,
        Dataset => FieldSource.Dataset,
        Updated => FieldSource.Updated,
        _ => field.Category == FieldCategory.Metric ? FieldSource.Metric : FieldSource.Dimension,
    };
}
