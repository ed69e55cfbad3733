namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>`mergePreferences`: which sources count where summary and event datasets tell of the same metric.</summary>
internal sealed class PreferenceSection
{
    private const int PreferencesMax = 256;
    private const int ValuesMax = 256;
    private const string All = "All";
    private const string OfWhat = "values, e.g. [Brand Media]";

    // In the order of the enum.
    private static readonly string[] Defaults = ["Summary data", "Event data", "Sum of summary and event data"];

    private static readonly Shape Values = Shape.Either(Shape.Text, Shape.List(Shape.Text, OfWhat, ValuesMax));

    private static readonly Shape Preference = Shape.Map(
        new("metric", Shape.Name("_-"), "The harmonized metric.") { Required = true },
        new("channels", Values, "For these channels, or All."),
        new("conversionTypes", Values, "For these conversion types, or All."),
        new("prefer", Shape.Word(Enum.GetNames<MergePreference>()), "What counts there.") { Required = true });

    private readonly HashSet<(string, bool, string?)> taken = [];
    private readonly FieldDictionary dictionary;
    private readonly ProblemList problems;

    private PreferenceSection(FieldDictionary dictionary, ProblemList problems)
    {
        this.dictionary = dictionary;
        this.problems = problems;
    }

    public static Shape Shape { get; } = Shape.Map(
        new("default", Shape.Word(Defaults), "Where nothing below is said.") { Default = Defaults[(int)MergePreference.Sum] },
        new("metrics", Shape.List(Preference, "preferences, e.g. { metric: spend, channels: All, prefer: Summary }", PreferencesMax), "More special ones, which go before the default."));

    public static MergePreferences Read(MapReader root, FieldDictionary dictionary, ProblemList problems)
    {
        MapReader? map = root.Open("mergePreferences");
        if (map is null)
        {
            return new MergePreferences();
        }

        PreferenceSection section = new(dictionary, problems);
        List<MetricPreference> preferences = [];
        foreach (YamlNode item in map.Items("metrics"))
        {
            if (MapReader.Open(item, "a preference", problems, Preference) is { } one)
            {
                preferences.AddRange(section.ReadPreference(one));
            }
        }

        return new MergePreferences
        {
            Default = (MergePreference)Array.IndexOf(Defaults, map.Word("default")),
            // A stable sort: in the order written where nothing else decides.
            Metrics = [.. preferences.OrderBy(each => each.Value is null).ThenBy(each => !each.ByChannel)],
        };
    }

    private List<MetricPreference> ReadPreference(MapReader map)
    {
        string? metric = map.Name("metric");
        if (metric is not null && dictionary.Find(map.Value("metric")!, metric, FieldCategory.Metric, "a preference") is { Name: GlobalFields.FactorValue })
        {
            problems.Add(map.Value("metric")!, "factors are never in conflict: only Factors have them");
        }

        string? prefer = map.Word("prefer");
        bool byChannel = map.Has("channels");
        if (byChannel == map.Has("conversionTypes"))
        {
            if (byChannel)
            {
                problems.Add(map.KeyNode("conversionTypes"), "a preference is by 'channels' or by 'conversionTypes', not both");
            }
            else if (!map.IsMisspelt("channels") && !map.IsMisspelt("conversionTypes"))
            {
                problems.Add(map.Node, "a preference needs 'channels' or 'conversionTypes', e.g. channels: All");
            }

            return [];
        }

        string key = byChannel ? "channels" : "conversionTypes";
        List<MetricPreference> preferences = [];
        List<YamlNode> values = TextReading.OneOrMore(map, key, OfWhat, ValuesMax);
        foreach (YamlNode value in values)
        {
            string? named = value.Text == All ? null : value.Text;
            if (named is null && values.Count > 1)
            {
                problems.Add(value, $"'{All}' stands alone: '{key}: {All}' means every one");
            }
            else if (metric is not null && !taken.Add((metric, byChannel, named)))
            {
                problems.Add(value, $"for '{metric}' and {(named is null ? "all" : YamlNode.Quote(named))} of '{key}' something is preferred already");
            }
            else if (metric is not null && prefer is not null)
            {
                preferences.Add(new MetricPreference(metric, byChannel, named, Enum.Parse<MergePreference>(prefer)));
            }
        }

        return preferences;
    }
}
