namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>Everything of a topology that makes the harmonized table, section by section.</summary>
internal static class DatasetSections
{
    public const string Datasets = "datasets";

    private static readonly string[] NeedDatasets = ["fields", "mergePreferences", "touchpoints", "conversions"];

    public static Member[] Members { get; } =
    [
        new(Datasets, DatasetSection.Shape, "Marketing data of one source each, by name, and what of it stands in the harmonized table."),
        new("fields", HarmonizedFieldSection.Shape, "Fields of the harmonized table beside the built-in ones, by name."),
        new("mergePreferences", PreferenceSection.Shape, "Which sources count where summary and event datasets tell of the same metric."),
        new("touchpoints", DefinitionSection.Touchpoints, "Contacts with marketing: rows of the harmonized table, their volume and their cost."),
        new("conversions", DefinitionSection.Conversions, "What marketing is for: rows of the harmonized table, their number and their worth."),
    ];

    /// <summary>The plan, and where each of its datasets stands.</summary>
    public static (HarmonizePlan Plan, List<(DatasetPlan Dataset, Place Place)> Datasets) Read(
        MapReader root, SourcePlan? events, TopicNames topics, ProblemList problems)
    {
        if (!root.Has(Datasets))
        {
            foreach (string section in NeedDatasets.Where(section => root.Has(section) && !root.IsMisspelt(Datasets)))
            {
                problems.Add(root.KeyNode(section), $"'{section}' needs '{Datasets}'");
            }

            return (HarmonizePlan.Empty, []);
        }

        FieldDictionary dictionary = HarmonizedFieldSection.Read(root, problems);
        List<(DatasetPlan Dataset, Place Place)> datasets = DatasetSection.Read(root, dictionary, events, topics, problems);
        HarmonizePlan plan = new()
        {
            Datasets = [.. datasets.Select(each => each.Dataset)],
            Dictionary = [.. dictionary.Fields],
            Preferences = PreferenceSection.Read(root, dictionary, problems),
            Touchpoints = DefinitionSection.ReadTouchpoints(root, dictionary, problems),
            Conversions = DefinitionSection.ReadConversions(root, dictionary, problems),
        };
        return (plan, datasets);
    }
}
