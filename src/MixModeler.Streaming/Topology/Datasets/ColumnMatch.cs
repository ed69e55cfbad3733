using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>Guesses which column is which harmonized field.</summary>
internal sealed class ColumnMatch(ImmutableArray<SampleColumn> columns, ImmutableArray<HarmonizedField> dictionary)
{
    private const double SameName = 1.0;
    private const double Synonym = 0.9;
    private const double Contained = 0.7;
    private const double Similar = 0.6;
    private const double New = 0.3;

    // Names of one or two letters are near to everything.
    private const int SimilarMin = 4;

    // What records of every schema have, and what says nothing about marketing.
    private static readonly string[] Technical = ["_id", "eventType", "producedBy", "eventMergeId", "dataset", "_deleted"];
    private static readonly string[] TechnicalRoots = ["identityMap.", "extSourceSystemAudit.", "header."];

    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    public MappingSuggestion Suggest(string dataset)
    {
        SampleColumn[] usable = [.. columns.Where(IsUsable).DistinctBy(column => column.Path)];
        SampleColumn? date = usable
            .Where(column => column.Type == FieldType.Timestamp)
            .OrderByDescending(column => FieldSynonyms.Dates.Contains(Plain(column.Path)))
            .ThenBy(column => FieldSynonyms.Versions.Contains(Plain(column.Path)))
            .FirstOrDefault();
        SampleColumn? dateType = usable.FirstOrDefault(column => column.Type == FieldType.String && FieldSynonyms.DateTypes.Contains(Plain(column.Path)));
        SampleColumn? version = columns.FirstOrDefault(column =>
            column != date && column.Type == FieldType.Timestamp && FieldSynonyms.Versions.Contains(Plain(column.Path)));
        List<SampleColumn> left = [.. usable.Where(column => column != date && column != dateType && column != version && !IsTechnical(column.Path))];
        List<SuggestedMapping> mappings = Match(left);
        bool isFactors = IsFactors(mappings);
        mappings.RemoveAll(mapping => isFactors
            ? mapping.Field.Category == FieldCategory.Metric && mapping.Field.Name != GlobalFields.FactorValue
            : GlobalFields.IsOfFactors(mapping.Field.Name));
        left.RemoveAll(column => mappings.Any(mapping => mapping.Column == column.Path));
        mappings.AddRange(left.Select(column => NewField(column, isFactors)).OfType<SuggestedMapping>());
        if (!mappings.Any(mapping => mapping.Field.Category == FieldCategory.Metric))
        {
            mappings.Add(CountRecords());
        }

        (Grain grain, DayOfWeek? start) = SampleGrain.Of(date, dateType);
        return new MappingSuggestion
        {
            Dataset = dataset,
            Category = isFactors ? DatasetCategory.Factors : IsEvents() ? DatasetCategory.ExperienceEvents : DatasetCategory.Summary,
            Granularity = grain,
            StartOfWeek = start,
            DatePath = date?.Path,
            DateTypePath = IsEvents() ? null : dateType?.Path,
            VersionPath = IsEvents() ? null : version?.Path,
            Mappings = [.. mappings.OrderBy(mapping => mapping.Field.Category).ThenBy(mapping => mapping.Field.Name, StringComparer.Ordinal)],
            Unmapped = [.. left.Where(column => mappings.All(mapping => mapping.Column != column.Path)).Select(column => column.Path)],
        };
    }

    /// <summary>A text as a name of the language: small letters, digits and underscores.</summary>
    public static string NameOf(string text, string otherwise)
    {
        string[] words = new string([.. text.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string name = string.Join('_', words);
        name = name.Length > 0 && char.IsAsciiDigit(name[0]) ? $"_{name}" : name;
        return name.Length == 0 ? otherwise : name[..Math.Min(name.Length, Names.CharactersMax)];
    }

    // The best guess first, so that of two columns that may be one field the nearer one gets it.
    private List<SuggestedMapping> Match(List<SampleColumn> left)
    {
        List<SuggestedMapping> mappings = [];
        HashSet<string> used = new(StringComparer.Ordinal);
        IEnumerable<SuggestedMapping> guesses = left
            .SelectMany(column => dictionary.Where(field => MayBe(column, field)).Select(field => Guess(column, field)))
            .OfType<SuggestedMapping>()
            .OrderByDescending(guess => guess.Confidence);
        foreach (SuggestedMapping guess in guesses.Where(guess => !used.Contains(guess.Column!) && !taken.Contains(guess.Field.Name)))
        {
            used.Add(guess.Column!);
            taken.Add(guess.Field.Name);
            mappings.Add(guess);
        }

        return mappings;
    }

    private static SuggestedMapping? Guess(SampleColumn column, HarmonizedField field)
    {
        string name = Plain(column.Path);
        string[] known = [Plain(field.Name), Plain(field.Display)];
        (double confidence, string reason) = known.Contains(name) ? (SameName, "the same name")
            : FieldSynonyms.Means(name, field.Name) ? (Synonym, "another name of it")
            : known.Any(each => each.Length >= SimilarMin && name.Contains(each, StringComparison.Ordinal)) ? (Contained, "its name is part of the column's")
            : name.Length >= SimilarMin && NearestName.Of(name, known.Where(each => each.Length >= SimilarMin)) is not null ? (Similar, "a similar name")
            : (0, "");
        return confidence > 0 ? new SuggestedMapping(column.Path, field, IsNew: false, confidence, reason) : null;
    }

    private SuggestedMapping? NewField(SampleColumn column, bool isFactors)
    {
        bool isMetric = column.Type is FieldType.Int or FieldType.Double;
        string name = FieldSynonyms.ClientFor(Plain(column.Path)) ?? NameOf(LastPart(column.Path), "column");
        bool isTaken = dictionary.Any(field => field.Name == name) || GlobalFields.All.Any(field => field.Name == name);
        if (isTaken || column.Type == FieldType.Timestamp || (isMetric && isFactors) || !taken.Add(name))
        {
            return null;
        }

        HarmonizedField field = new(
            name, LastPart(column.Path), isMetric ? FieldCategory.Metric : FieldCategory.Dimension, isMetric ? HarmonizedType.Number : HarmonizedType.String);
        return new SuggestedMapping(column.Path, field, IsNew: true, New, "a new field");
    }

    private SuggestedMapping CountRecords()
    {
        string name = "records";
        while (dictionary.Any(field => field.Name == name && field.Category != FieldCategory.Metric) || !taken.Add(name))
        {
            name += "_";
        }

        HarmonizedField? known = dictionary.FirstOrDefault(field => field.Name == name);
        HarmonizedField field = known ?? new HarmonizedField(name, "Records", FieldCategory.Metric, HarmonizedType.Number);
        return new SuggestedMapping(null, field, known is null, New, "no column is a metric");
    }

    private static bool MayBe(SampleColumn column, HarmonizedField field) => field.Category switch
    {
        FieldCategory.Metric => column.Type is FieldType.Int or FieldType.Double,
        FieldCategory.Dimension => GlobalFields.MadeBy(field.Name) is null && (column.Type != FieldType.Timestamp || field.Type == HarmonizedType.DateTime)
            && column.Type != FieldType.Double,
        _ => false,
    };

    private static bool IsFactors(List<SuggestedMapping> mappings) =>
        mappings.Any(mapping => mapping.Field.Name == GlobalFields.FactorName) && mappings.Any(mapping => mapping.Field.Name == GlobalFields.FactorValue);

    private bool IsEvents() => columns.Any(column => column.Path == "eventType") && columns.Any(column => column.Path == "timestamp")
        && columns.Any(column => column.Path == "_id") && columns.All(column => !column.Path.StartsWith("extSourceSystemAudit.", StringComparison.Ordinal));

    private static bool IsTechnical(string path) =>
        Technical.Contains(path) || TechnicalRoots.Any(root => path.StartsWith(root, StringComparison.Ordinal));

    private static bool IsUsable(SampleColumn column) => column.Path.Length is > 0 and <= MapReader.TextCharactersMax
        && !column.Path.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' || char.IsSurrogate(c))
        && !char.IsWhiteSpace(column.Path[0]) && !char.IsWhiteSpace(column.Path[^1]);

    private static string LastPart(string path)
    {
        string last = path[(path.LastIndexOf('.') + 1)..];
        return last.Length == 0 || last.Any(char.IsWhiteSpace) ? path : last;
    }

    private static string Plain(string path) => new([.. LastPart(path).Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
