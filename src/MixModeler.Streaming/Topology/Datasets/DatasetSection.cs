using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>`datasets`: where marketing data comes from, and what of it stands in the harmonized table.</summary>
internal sealed class DatasetSection
{
    private const int DatasetsMax = 256;
    private const int IdsMax = 64;
    private const int RowKeyMax = 32;
    private const int MandatoryMax = 64;
    private const int UnitsMax = 32;
    private const string OfIds = "ids, e.g. [yt-2021]";
    private const string All = "All";

    private static readonly TimeSpan BooksMin = TimeSpan.FromHours(1);
    private static readonly TimeSpan BooksMax = TimeSpan.FromDays(3_650);

    // In the order of the enum.
    private static readonly string[] Categories =
        ["Summary", "Adobe Analytics", "Adobe Audience Manager", "Experience Events", "Consumer Experience Events", "Factors"];

    // Quarters are made when the table is read; no source reports by them.
    private static readonly string[] Grains = [nameof(Grain.Daily), nameof(Grain.Weekly), nameof(Grain.Monthly), nameof(Grain.Yearly)];

    private static readonly string[] Days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    // Events are neither restated nor taken back.
    private static readonly string[] OnlyForRows = ["restatement", "rowKey", "version", "dateType"];

    private static readonly NumberRange BotScores = NumberRange.Inclusive(0, 1);

    private static readonly Shape Restatement = Shape.Map(
        new("by", Shape.Word(Enum.GetNames<Restatement>()), "A later record of a row takes its place, or is added to it.") { Default = nameof(Datasets.Restatement.Replacement) },
        new("booksClose", Shape.Span(BooksMin, BooksMax), "A row restated longer than this after its date is refused; open for ever where nothing is said."));

    private static readonly Shape Unit = Shape.Map(
        new("metric", Shape.Name("_-"), "A metric that the dataset maps.") { Required = true },
        new("per", Shape.Name("_-"), "Another one, by which it is divided.") { Required = true },
        new("from", Shape.Number(NumberRange.Any), "The ratio is this or more …") { Required = true },
        new("to", Shape.Number(NumberRange.Any), "… and this or less; a record outside is quarantined.") { Required = true });

    private static readonly DatasetPlan Otherwise = new() { Name = "", Category = DatasetCategory.Summary, Topic = "", Identity = "" };

    private static readonly Shape Dataset = Shape.Map(
        new("category", Shape.Word(Categories), "What kind of records it has.") { Required = true },
        new("topic", Shape.Name("._-"), "The topic, without the prefix of 'sinks'; by category summary, factors or the topic of the events where nothing is said."),
        new("ids", Shape.Either(Shape.Text, Shape.List(Shape.Text, OfIds, IdsMax)), "What records call the dataset, or All; the dataset's name where nothing is said, All for events."),
        new("granularity", Shape.Word(Grains), "How long a span one row tells of.") { Default = nameof(Grain.Daily) },
        new("startOfWeek", Shape.Word(Days), "The day on which its weeks begin when days are put into weeks.") { Default = nameof(DayOfWeek.Monday) },
        new("restatement", Restatement, "What a later record of a row does; of Summary and Factors."),
        new("status", Shape.Word(Enum.GetNames<DatasetStatus>()), "A Draft is harmonized, and shown only on request.") { Default = nameof(DatasetStatus.Active) },
        new("date", Shape.Text, "Where the date stands that a record belongs to.") { Default = Otherwise.DatePath },
        new("dateType", Shape.Text, "Where a record names its own granularity; another than the dataset's is refused."),
        new("version", Shape.Text, "Where the time stands at which a row was last changed: of two records of a row the later one counts.") { Default = Otherwise.VersionPath },
        new("rowKey", Shape.List(Shape.Text, "fields, e.g. [Date, Campaign]", RowKeyMax), "Fields that together name a row."),
        new("fields", DeclaredFields.Shape, "Types of the records' fields, by name: a type, or { path, type }."),
        new("mandatory", Shape.List(Shape.Name("_-"), "harmonized fields, e.g. [channel]", MandatoryMax), "Harmonized fields without which a record is refused."),
        new("map", MappingSection.Shape, "What each harmonized field is of a record.") { Required = true },
        new("bots", Shape.Number(BotScores), "An event whose botDetection.score lies above this is counted as a bot's and puts nothing into the table; of events only."),
        new("units", Shape.List(Unit, "ratios, e.g. { metric: spend, per: clicks, from: 0.001, to: 100 }", UnitsMax), "Ratios outside of which a record is quarantined: its unit seems another."));

    private readonly FieldDictionary dictionary;
    private readonly SourcePlan? events;
    private readonly TopicNames topics;
    private readonly ProblemList problems;

    private DatasetSection(FieldDictionary dictionary, SourcePlan? events, TopicNames topics, ProblemList problems)
    {
        this.dictionary = dictionary;
        this.events = events;
        this.topics = topics;
        this.problems = problems;
    }

    public static Shape Shape { get; } = Shape.Named("_-", Dataset, DatasetsMax);

    public static string Word(DatasetCategory category) => Categories[(int)category];

    /// <summary>By name, each with its place.</summary>
    public static List<(DatasetPlan Dataset, Place Place)> Read(
        MapReader root, FieldDictionary dictionary, SourcePlan? events, TopicNames topics, ProblemList problems)
    {
        DatasetSection section = new(dictionary, events, topics, problems);
        List<(DatasetPlan Dataset, Place Place)> datasets = [];
        Dictionary<(DatasetCategory, string, string), string> taken = [];
        foreach ((YamlNode key, YamlNode value) in root.Named("datasets", "a dataset"))
        {
            MapReader? map = MapReader.Open(value, $"the dataset {YamlNode.Quote(key.Text)}", problems, Dataset);
            if (map is null)
            {
                continue;
            }

            DatasetPlan dataset = section.ReadDataset(key, map);
            section.CheckTaken(dataset, map.Has("ids") ? map.KeyNode("ids") : key, taken);
            datasets.Add((dataset, key.Place));
        }

        return datasets;
    }

    private DatasetPlan ReadDataset(YamlNode key, MapReader map)
    {
        int written = Array.IndexOf(Categories, map.Word("category"));
        DatasetCategory? category = written < 0 ? null : (DatasetCategory)written;
        DeclaredFields declared = DeclaredFields.Read(map, problems);
        MappingSection mapping = new(category, dictionary, declared, problems);
        mapping.Read(map);
        CheckCategory(key, map, category, mapping);
        DatasetPlan dataset = new()
        {
            Name = key.Text,
            Category = category ?? DatasetCategory.Summary,
            Topic = ReadTopic(map, category),
            Ids = ReadIds(map, key.Text, category),
            Granularity = Enum.Parse<Grain>(map.Word("granularity")!),
            StartOfWeek = Enum.Parse<DayOfWeek>(map.Word("startOfWeek")!),
            Status = Enum.Parse<DatasetStatus>(map.Word("status")!),
            DatePath = declared.PathOf(ReadTime(map, "date", declared) ?? Otherwise.DatePath),
            DateTypePath = TextReading.Column(map, "dateType") is { } path ? declared.PathOf(path) : null,
            VersionPath = declared.PathOf(ReadTime(map, "version", declared) ?? Otherwise.VersionPath),
            RowKeyPaths = [.. TextReading.Different(map.Items("rowKey"), "rowKey", problems).Select(item => declared.PathOf(item.Text))],
            Fields = declared.Fields,
            Metrics = [.. mapping.Metrics],
            Dimensions = [.. mapping.Dimensions],
            Mandatory = [.. ReadMandatory(map, mapping)],
            Units = [.. ReadUnits(map, mapping)],
            BotsAbove = map.Has("bots") ? map.Number("bots", BotScores.Max, BotScores) : null,
            Identity = "",
        };
        dataset = ReadRestatement(map, dataset);
        return dataset with { Identity = DatasetIdentity.Of(dataset, events ?? new SourcePlan { IdentityPaths = [] }, topics.Prefix) };
    }

    private static DatasetPlan ReadRestatement(MapReader map, DatasetPlan dataset)
    {
        MapReader? restatement = map.Open("restatement");
        return restatement is null ? dataset : dataset with
        {
            Restatement = Enum.Parse<Restatement>(restatement.Word("by")!),
            BooksCloseAfter = restatement.Span("booksClose"),
        };
    }

    private string ReadTopic(MapReader map, DatasetCategory? category)
    {
        string otherwise = category switch
        {
            DatasetCategory.Summary or null => "summary",
            DatasetCategory.Factors => "factors",
            _ => topics.EventsName,
        };
        if (map.Name("topic") is not { } topic)
        {
            return otherwise;
        }

        string[] own = [topics.Training, topics.Models, topics.Scores, topics.Decisions, topics.DeadLetter, topics.Replays, topics.Topologies];
        if (own.Contains(topics.Prefix + topic))
        {
            problems.Add(map.Value("topic")!, $"the topic '{topic}' is the engine's own: records of datasets stand on others");
        }
        else if (events is not null && topic == topics.EventsName && category is DatasetCategory.Summary or DatasetCategory.Factors)
        {
            problems.Add(map.Value("topic")!, $"the topic '{topic}' is that of the events: a dataset of {Word(category.Value)} has another");
        }

        return topic;
    }

    private ImmutableArray<string> ReadIds(MapReader map, string name, DatasetCategory? category)
    {
        List<YamlNode> ids = TextReading.OneOrMore(map, "ids", OfIds, IdsMax);
        if (ids is [{ Text: All }])
        {
            return [];
        }

        foreach (YamlNode all in ids.Where(id => id.Text == All))
        {
            problems.Add(all, $"'{All}' stands alone: 'ids: {All}' takes every record of the topic");
        }

        bool isEvent = category is not (DatasetCategory.Summary or DatasetCategory.Factors or null);
        return ids.Count > 0 ? [.. ids.Select(id => id.Text)] : isEvent ? [] : [name];
    }

    private static string? ReadTime(MapReader map, string key, DeclaredFields declared)
    {
        string? path = TextReading.Column(map, key);
        if (path is not null)
        {
            declared.CheckTime(map.Value(key)!, path);
        }

        return path;
    }

    private List<string> ReadMandatory(MapReader map, MappingSection mapping)
    {
        List<YamlNode> fields = TextReading.Different(map.Items("mandatory"), "mandatory", problems);
        fields.ForEach(field => CheckMapped(field, mapping, mapping.Written));
        return [.. fields.Select(field => field.Text)];
    }

    private List<UnitCheck> ReadUnits(MapReader map, MappingSection mapping)
    {
        List<UnitCheck> units = [];
        foreach (YamlNode item in map.Items("units"))
        {
            if (MapReader.Open(item, "a ratio", problems, Unit) is not { } unit)
            {
                continue;
            }

            string? metric = ReadMetric(unit, "metric", mapping);
            string? per = ReadMetric(unit, "per", mapping);
            double from = unit.Number("from", 0, NumberRange.Any);
            double to = unit.Number("to", double.MaxValue, NumberRange.Any);
            bool isComplete = unit.Value("from") is not null & unit.Value("to") is not null;
            if (isComplete && from >= to)
            {
                problems.Add(unit.Node, FormattableString.Invariant($"a ratio from {from} to {to} never holds: from is below to"));
            }

            if (metric is not null && metric == per)
            {
                problems.Add(unit.Value("per")!, $"'{metric}' by itself is always 1: 'per' is another metric");
            }

            if (metric is not null && per is not null)
            {
                units.Add(new UnitCheck(metric, per, from, to));
            }
        }

        return units;
    }

    private string? ReadMetric(MapReader unit, string key, MappingSection mapping)
    {
        if (unit.Name(key) is not { } name)
        {
            return null;
        }

        // What is mapped wrongly said so itself; a name that is no metric is said by the dictionary.
        return dictionary.Find(unit.Value(key)!, name, FieldCategory.Metric, $"'{key}'") is not null
            && CheckMapped(unit.Value(key)!, mapping, mapping.Written) ? name : null;
    }

    private bool CheckMapped(YamlNode at, MappingSection mapping, HashSet<string> names)
    {
        if (names.Contains(at.Text) || problems.IsFull)
        {
            return true;
        }

        string[] allowed = [.. mapping.Written.Order(StringComparer.Ordinal)];
        problems.Add(at, $"the dataset does not map {YamlNode.Quote(at.Text)}{(allowed.Length == 0 ? "" : NearestName.Advice(at.Text, allowed))}");
        return false;
    }

    private void CheckCategory(YamlNode key, MapReader map, DatasetCategory? category, MappingSection mapping)
    {
        if (category is DatasetCategory.Summary or DatasetCategory.Factors && map.Has("bots"))
        {
            problems.Add(map.KeyNode("bots"), $"'bots' is for events: rows of {Word(category.Value)} are nobody's doing");
        }

        if (category is not (DatasetCategory.Summary or DatasetCategory.Factors or null))
        {
            foreach (string member in OnlyForRows.Where(map.Has))
            {
                problems.Add(map.KeyNode(member), $"'{member}' is for Summary and Factors: {Word(category.Value)} are neither restated nor taken back");
            }
        }

        if (category == DatasetCategory.Factors && map.Has("map"))
        {
            string[] missing = [.. new[] { GlobalFields.FactorName, GlobalFields.FactorValue }.Where(field => !mapping.Written.Contains(field))];
            if (missing.Length > 0)
            {
                problems.Add(map.KeyNode("map"), $"the dataset '{key.Text}' is of Factors and needs a mapping of {string.Join(" and of ", missing.Select(field => $"'{field}'"))}");
            }

            mapping.AddFactorDefaults();
        }
        else if (map.Has("map") && mapping.Written.Count > 0 && !mapping.NamesMetric)
        {
            problems.Add(map.KeyNode("map"), $"the dataset '{key.Text}' maps no metric: at least one is needed, e.g. clicks: {{ sum: Clicks }}");
        }
    }

    // A record that two datasets take counts twice. A draft beside the one that it will replace is shown to nobody.
    private void CheckTaken(DatasetPlan dataset, YamlNode at, Dictionary<(DatasetCategory, string, string), string> taken)
    {
        if (dataset.IsEvent || dataset.Status == DatasetStatus.Draft)
        {
            return;
        }

        foreach (string id in dataset.Ids.DefaultIfEmpty(""))
        {
            if (!taken.TryAdd((dataset.Category, dataset.Topic, id), dataset.Name))
            {
                string records = id.Length == 0 ? "all records" : $"the records {YamlNode.Quote(id)}";
                string other = taken[(dataset.Category, dataset.Topic, id)];
                problems.Add(at, $"{records} of the topic '{dataset.Topic}' are those of '{other}' already: in both datasets they would count twice");
            }
        }
    }
}
