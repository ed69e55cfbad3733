namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>The harmonized fields of a topology, and what is said of a name that is none of them.</summary>
internal sealed class FieldDictionary(ProblemList problems)
{
    private readonly SortedDictionary<string, HarmonizedField> fields = new(
        GlobalFields.All.ToDictionary(field => field.Name), StringComparer.Ordinal);

    // Declared with mistakes: a rule that names one is not wrong too.
    private readonly HashSet<string> unclear = new(StringComparer.Ordinal);

    public IReadOnlyCollection<HarmonizedField> Fields => fields.Values;

    public void Add(HarmonizedField field) => fields.TryAdd(field.Name, field);

    public void AddUnclear(string name) => unclear.Add(name);

    public bool IsUnclear(string name) => unclear.Contains(name);

    /// <summary>Null, with a problem, where there is no such field; null without one where its declaration has problems.</summary>
    public HarmonizedField? Find(YamlNode at, string name)
    {
        if (fields.TryGetValue(name, out HarmonizedField? field) || unclear.Contains(name))
        {
            return field;
        }

        AddMissing(at, "harmonized field", name, fields.Keys);
        return null;
    }

    /// <summary>A dimension or a metric; null where it is none.</summary>
    /// <param name="at">Where it is named.</param>
    /// <param name="name">The name.</param>
    /// <param name="category">What it must be.</param>
    /// <param name="why">What asks, e.g. "'volume'".</param>
    public HarmonizedField? Find(YamlNode at, string name, FieldCategory category, string why)
    {
        if (unclear.Contains(name))
        {
            return null;
        }

        string wanted = Word(category);
        if (!fields.TryGetValue(name, out HarmonizedField? field))
        {
            AddMissing(at, wanted, name, fields.Values.Where(each => each.Category == category).Select(each => each.Name));
            return null;
        }

        if (field.Category == category)
        {
            return field;
        }

        problems.Add(at, $"'{name}' is a {Word(field.Category)}{(field.Category == FieldCategory.Derived ? " field" : "")}: {why} takes a {wanted}");
        return null;
    }

    public static string Word(FieldCategory category) => category.ToString().ToLowerInvariant();

    private void AddMissing(YamlNode at, string what, string name, IEnumerable<string> allowed)
    {
        if (!problems.IsFull)
        {
            problems.Add(at, $"there is no {what} {YamlNode.Quote(name)}{NearestName.Advice(name, [.. allowed])}");
        }
    }
}
