using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Topology;

/// <summary>`features`: what is kept of a visitor's events, in order.</summary>
internal sealed class FeatureSection
{
    // A visitor's row is 8 bytes a feature, in memory at every edge.
    private const int FeaturesMax = 256;

    private const string EventTypePath = "eventType";
    private static readonly string[] Kinds = ["count", "minutesSince", "decayedSum"];
    private static readonly TimeSpan HalfLifeMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HalfLifeMax = TimeSpan.FromDays(3_650);

    private static readonly Shape Match = Shape.Map(
        new("path", Shape.Path, "Where the value stands in the event.") { Required = true },
        new("equals", Shape.Text, "The value that matches.") { Required = true });

    private static readonly Shape Sum = Shape.Map(
        new("event", Shape.Text, "The type of the events that add to the sum."),
        new("path", Shape.Path, "In place of 'event': where the value stands that matches."),
        new("equals", Shape.Text, "With 'path': the value that matches."),
        new("amount", Shape.Path, "Where the number stands that is added; 1 where nothing is said."),
        new("halfLife", Shape.Span(HalfLifeMin, HalfLifeMax), "After this span half of a sum is left.") { Required = true });

    private static readonly Shape OneFeature = Shape.Map(
        new("name", Shape.Name("_-"), "The feature's name.") { Required = true },
        new("count", Shape.Either(Shape.Text, Match), "How many events of a type, or with a value at a path, there were."),
        new("minutesSince", Shape.Either(Shape.Text, Match), "Minutes since the newest of them."),
        new("decayedSum", Sum, "A sum over them that halves with time."));

    public static Shape Shape { get; } = Shape.List(
        OneFeature, "features, e.g. { name: visits, count: web.webpagedetails.pageViews }", FeaturesMax);

    private readonly ProblemList problems;

    private FeatureSection(ProblemList problems) => this.problems = problems;

    public List<Feature> Features { get; } = [];

    /// <summary>What each of <see cref="Features"/> matches.</summary>
    public List<FeatureMatch> Matches { get; } = [];

    /// <summary>Every name written, also of features that have problems: a rule that names one is not wrong too.</summary>
    public HashSet<string> NamesWritten { get; } = new(StringComparer.Ordinal);

    /// <summary>A feature whose name could not be read: which names exist is then unknown.</summary>
    public bool HasNameless { get; private set; }

    public static FeatureSection Read(MapReader root, bool required, ProblemList problems)
    {
        FeatureSection section = new(problems);
        UniqueNames unique = new("the feature", problems);
        foreach (YamlNode item in root.Items("features", Shape.OfWhat, required, FeaturesMax))
        {
            section.ReadFeature(item, unique);
        }

        return section;
    }

    private void ReadFeature(YamlNode node, UniqueNames unique)
    {
        MapReader? map = MapReader.Open(node, "a feature", problems, OneFeature);
        if (map is null)
        {
            HasNameless = true;
            return;
        }

        // No dots: a model's inputs are named after the feature with ".known" and ".log1p" behind.
        string? name = map.Name("name");
        if (name is not null)
        {
            unique.Add(name, map.Value("name", required: false)!);
            NamesWritten.Add(name);
        }

        HasNameless |= name is null;

        string called = name is null ? "a feature" : $"the feature '{name}'";
        string[] written = [.. map.Keys.Select(key => key.Text).Where(Kinds.Contains)];
        if (written.Length == 0)
        {
            if (Kinds.Any(map.IsMisspelt))
            {
                return;
            }

            problems.Add(node, $"{called} computes nothing: it needs one of {string.Join(", ", Kinds)}");
            return;
        }

        foreach (string second in written.Skip(1))
        {
            problems.Add(map.KeyNode(second), $"{called} computes '{written[0]}' already: one of {string.Join(", ", Kinds)} is allowed");
        }

        (Feature Feature, FeatureMatch Match)? read = written[0] == "decayedSum"
            ? ReadDecayedSum(map, name ?? "")
            : ReadMatched(map, written[0], name ?? "");
        if (read is { } feature && name is not null)
        {
            Features.Add(feature.Feature);
            Matches.Add(feature.Match);
        }
    }

    // `count: eventType` or `count: { path: …, equals: … }`, and the same for minutesSince.
    private (Feature, FeatureMatch)? ReadMatched(MapReader feature, string kind, string name)
    {
        FeatureKind meaning = kind == "count" ? FeatureKind.Count : FeatureKind.MinutesSince;
        YamlNode? node = feature.Value(kind, required: true);
        if (node is null)
        {
            return null;
        }

        if (node.Kind == YamlKind.Map)
        {
            MapReader match = MapReader.Open(node, $"'{kind}'", problems, Match)!;
            string? path = match.Path("path");
            string? value = match.Text("equals");
            return path is null || value is null ? null : (new Feature(name, meaning), new FeatureMatch(path, value));
        }

        if (node.Kind == YamlKind.List)
        {
            problems.Add(node, $"'{kind}' is an event type, or a map with path, equals; found a list");
            return null;
        }

        return MapReader.IsText(node, $"'{kind}'", problems)
            ? (new Feature(name, meaning), new FeatureMatch(EventTypePath, node.Text))
            : null;
    }

    // `{ event: T, halfLife: 1d }`, with `amount: path` to add a number instead of 1, with `path`/`equals` instead of `event`.
    private (Feature, FeatureMatch)? ReadDecayedSum(MapReader feature, string name)
    {
        MapReader? sum = feature.Open("decayedSum");
        if (sum is null)
        {
            return null;
        }

        bool byPath = sum.Has("path") || sum.Has("equals");
        if (byPath && sum.Has("event"))
        {
            problems.Add(sum.KeyNode("event"), "'decayedSum' names an event or a path with equals, not both");
        }

        string? path = byPath ? sum.Path("path", required: true) : EventTypePath;
        string? value = sum.Text(byPath ? "equals" : "event", required: true);
        string? amount = sum.Path("amount");
        TimeSpan? halfLife = sum.Span("halfLife");
        return path is null || value is null || halfLife is null
            ? null
            : (new Feature(name, FeatureKind.DecayedSum, (long)halfLife.Value.TotalMilliseconds), new FeatureMatch(path, value, amount));
    }
}
