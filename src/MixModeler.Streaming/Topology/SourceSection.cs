using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// `source`, or `sources` for several: who the visitor is, which events are too old, too new or seen before, and which fields
/// records have.
/// </summary>
internal sealed class SourceSection
{
    private const int IdentityPathsMax = 16;
    private const int SourcesMax = 32;
    private const string Events = "events";
    private const string Records = "records";

    // Longer horizons would keep event ids of a month in the state of every visitor.
    private static readonly TimeSpan HorizonMax = TimeSpan.FromDays(31);
    private static readonly SourcePlan Otherwise = new() { IdentityPaths = [] };
    private static readonly Shape Horizon = Shape.Span(TimeSpan.Zero, HorizonMax);

    private static readonly Member[] EventMembers =
    [
        new("identity", Shape.List(Shape.Path, "dotted paths, e.g. identityMap.ECID", IdentityPathsMax),
            "Paths of the visitor's id; the first that is present names the visitor.") { Required = true },
        new("deduplicate", Horizon, "An _id seen again within this span of event time is dropped; 0s keeps all.") { Default = Otherwise.DeduplicateWithin },
        new("lateness", Horizon, "Events older than this behind the newest of their partition are dead letters.") { Default = Otherwise.Lateness },
        new("future", Horizon, "Events further ahead of their record's timestamp are dead letters.") { Default = Otherwise.FutureMax },
        new("topic", Shape.Name("._-"), "The topic, without the prefix of 'sinks'.") { Default = Otherwise.Topic },
        .. FieldSection.Members,
    ];

    public static Shape Single { get; } = Shape.Map(EventMembers);

    private static readonly Shape EventSource = Shape.Map(
        [new("kind", Shape.Word(Events, Records), "What comes: experience events, or records of a kind of your own.") { Default = Events }, .. EventMembers]);

    private static readonly Shape RecordSource = Shape.Map(
        new("kind", Shape.Word(Events, Records), "What comes: experience events, or records of a kind of your own.") { Required = true },
        new("topic", Shape.Name("._-"), "The topic, without the prefix of 'sinks'; the source's name where nothing is said."),
        new("key", Shape.Name("_-"), "The field that partitions and identifies.") { Required = true },
        new("time", Shape.Name("_-"), "The field with the record's time; the record's timestamp where nothing is said."),
        FieldSection.Members[0] with { Required = true },
        FieldSection.Members[1]);

    public static Shape Several { get; } = Shape.Named("_-", Shape.Either(EventSource, RecordSource), SourcesMax);

    private readonly ProblemList problems;

    private SourceSection(ProblemList problems) => this.problems = problems;

    /// <summary>Null where the topology has none.</summary>
    public SourcePlan? EventPlan { get; private set; }

    public List<RecordSourcePlan> RecordPlans { get; } = [];

    /// <summary>Every source as it was written, by name.</summary>
    public List<(string Name, YamlNode Key, YamlNode Value)> Written { get; } = [];

    /// <summary>Which of the two forms was written.</summary>
    public string Section { get; private set; } = "source";

    /// <summary>The name of the source of the features; null where there is none.</summary>
    public string? EventName { get; private set; }

    public static SourceSection Read(MapReader root, bool required, ProblemList problems)
    {
        SourceSection section = new(problems);
        if (root.Has("sources"))
        {
            section.Section = "sources";
            section.ReadSeveral(root);
        }
        else if (root.Value("source", required && !root.IsMisspelt("sources")) is YamlNode single)
        {
            section.Written.Add((Otherwise.Name, root.KeyNode("source"), single));
            section.EventName = Otherwise.Name;
            section.EventPlan = section.ReadEvents(MapReader.Open(single, "'source'", problems, Single), Otherwise.Name);
        }

        return section;
    }

    private void ReadSeveral(MapReader root)
    {
        foreach ((YamlNode key, YamlNode value) in root.Named("sources", "a source"))
        {
            Written.Add((key.Text, key, value));
            YamlNode? kind = value.Kind == YamlKind.Map ? value["kind"] : null;
            string what = $"the source {YamlNode.Quote(key.Text)}";
            if (kind is { Kind: YamlKind.Text, Text: Records })
            {
                ReadRecords(MapReader.Open(value, what, problems, RecordSource), key.Text);
            }
            else if (EventName is not null)
            {
                problems.Add(key, $"{what} is a second source of events beside '{EventName}': this version reads one; give the others 'kind: records'");
            }
            else
            {
                EventName = key.Text;
                MapReader? map = MapReader.Open(value, what, problems, EventSource);
                map?.Word("kind");
                EventPlan = ReadEvents(map, key.Text);
            }
        }
    }

    private SourcePlan ReadEvents(MapReader? source, string name)
    {
        if (source is null)
        {
            return Otherwise;
        }

        (ImmutableArray<FieldPlan> fields, ImmutableArray<string> personal) = FieldSection.Read(source, problems);
        return new SourcePlan
        {
            Name = name,
            Topic = source.Name("topic") ?? Otherwise.Topic,
            IdentityPaths = [.. ReadIdentity(source)],
            DeduplicateWithin = source.Span("deduplicate") ?? Otherwise.DeduplicateWithin,
            Lateness = source.Span("lateness") ?? Otherwise.Lateness,
            FutureMax = source.Span("future") ?? Otherwise.FutureMax,
            Fields = fields,
            PersonalFields = personal,
        };
    }

    private void ReadRecords(MapReader? source, string name)
    {
        if (source is null)
        {
            return;
        }

        (ImmutableArray<FieldPlan> fields, ImmutableArray<string> personal) = FieldSection.Read(source, problems);
        RecordPlans.Add(new RecordSourcePlan
        {
            Name = name,
            Topic = source.Name("topic") ?? name,
            Key = ReadField(source, "key", fields) ?? "",
            Time = ReadField(source, "time", fields),
            Fields = fields,
            PersonalFields = personal,
        });
    }

    private string? ReadField(MapReader source, string key, ImmutableArray<FieldPlan> fields)
    {
        string? name = source.Name(key);
        if (name is not null && source.Has("fields"))
        {
            FieldSection.CheckName(source.Value(key)!, name, fields, problems);
        }

        return name;
    }

    private List<string> ReadIdentity(MapReader source)
    {
        List<string> paths = [];
        UniqueNames unique = new("the identity", problems);
        foreach (YamlNode item in source.Items("identity"))
        {
            if (Names.IsPath(item, "an identity", problems))
            {
                unique.Add(item.Text, item);
                paths.Add(item.Text);
            }
        }

        return paths;
    }
}
