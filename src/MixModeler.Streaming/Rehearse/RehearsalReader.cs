using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>Reads a test file, or tells every problem that it has.</summary>
internal sealed class RehearsalReader
{
    // Files of a topology's folder are read up to here.
    private const int FileBytesMax = 4 * YamlTree.CharactersMax;

    // Everything that is written about a time later on still fits.
    private static readonly DateTimeOffset TimeMax = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ITopologyFiles files;
    private readonly ProblemList problems;
    private readonly List<RehearsalStep> steps = [];
    private DateTimeOffset start;
    private DateTimeOffset now;
    private int events;
    private YamlNode? topic;
    private byte[] recordKey = [];

    private RehearsalReader(ITopologyFiles files, ProblemList problems)
    {
        this.files = files;
        this.problems = problems;
    }

    /// <param name="text">The file's content.</param>
    /// <param name="files">The folder that it stands in, for fixtures.</param>
    /// <param name="problems">Collects; named like the file.</param>
    /// <returns>Null where there are problems.</returns>
    public static RehearsalTest? Read(string text, ITopologyFiles files, ProblemList problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            problems.Add(1, 1, "the file is empty: a test begins with 'test: <what is true>'");
            return null;
        }

        YamlNode? root = YamlTree.Parse(text, problems);
        MapReader? map = root is null ? null : MapReader.Open(root, "a test", problems, RehearsalLanguage.Root);
        RehearsalTest? test = map is null ? null : new RehearsalReader(files, problems).Read(map);
        return problems.IsEmpty ? test : null;
    }

    private RehearsalTest Read(MapReader root)
    {
        string name = root.Text("test") ?? "";
        string? environment = root.Name("environment");
        start = root.Text("start") is string written ? Time(root.Value("start")!, written) ?? default : default;
        now = start;
        foreach (YamlNode item in root.Items("events"))
        {
            ReadEvent(item);
        }

        if (root.Span("advance") is { } advance)
        {
            Advance(root.Value("advance")!, advance);
        }

        ImmutableArray<FailurePoint> failures = [.. root.Items("failures").Select(ReadFailure).OfType<FailurePoint>()];
        MapReader? expect = root.Open("expect");
        return new RehearsalTest
        {
            Name = name,
            Place = root.Node.Place,
            Environment = environment,
            Start = start,
            Steps = [.. steps],
            Profiles = ProfileFixtures.Read(root.Value("profiles"), problems),
            Failures = failures,
            Expect = expect is null ? new Expectations() : new ExpectReader(problems).Read(expect),
        };
    }

    private void ReadEvent(YamlNode item)
    {
        MapReader? map = MapReader.Open(item, "an event", problems, RehearsalLanguage.Event);
        if (map is null)
        {
            return;
        }

        string[] what = [.. map.Keys.Select(key => key.Text).Where(key => key is not ("at" or "topic" or "key" or "dataset"))];
        if (what.Length != 1)
        {
            problems.Add(item, "an event is one of value, raw, file, advance");
            return;
        }

        if (map.Text("at", required: false) is string at)
        {
            MoveTo(map.Value("at")!, at);
        }

        topic = map.Name("topic") is null ? null : map.Value("topic", required: false);
        recordKey = Encoding.UTF8.GetBytes(map.Text("key", required: false) ?? "");
        switch (what[0])
        {
            case "file" when map.Value("dataset", required: false) is YamlNode dataset:
                ReadTable(map, dataset);
                break;
            case "advance":
                if (map.Span("advance") is { } span)
                {
                    Advance(map.Value("advance")!, span);
                }

                break;
            case "file":
                ReadFile(map);
                break;
            case "raw" when map.Value("raw") is YamlNode raw:
                if (raw.Kind == YamlKind.Text)
                {
                    Add(Encoding.UTF8.GetBytes(raw.Text));
                }
                else
                {
                    problems.Add(raw, $"'raw' is a text; found {raw.Found}");
                }

                break;
            case "value" when map.Value("value") is YamlNode value:
                if (MapReader.Open(value, "'value'", problems, allowed: null) is not null)
                {
                    // An id would be the row's key: rows stay as they are written.
                    Add(topic is null
                        ? YamlJson.WriteEvent(value, FormattableString.Invariant($"event-{events + 1}"), Rfc(now))
                        : Encoding.UTF8.GetBytes(YamlJson.Text(value)));
                }

                break;
        }
    }

    private void Add(byte[] record)
    {
        events++;
        steps.Add(new RehearsalStep(now, record) { Topic = topic, Key = recordKey });
    }

    private void Advance(YamlNode node, TimeSpan span)
    {
        if (After(node, now, span) is { } later)
        {
            now = later;
            steps.Add(new RehearsalStep(now, null));
        }
    }

    private DateTimeOffset? After(YamlNode node, DateTimeOffset time, TimeSpan span)
    {
        if (span <= TimeMax - time)
        {
            return time + span;
        }

        problems.Add(node, "that is after the year 9999");
        return null;
    }

    private void ReadTable(MapReader map, YamlNode dataset)
    {
        if (TextOf(map) is { } text)
        {
            steps.Add(new RehearsalStep(now, null) { Table = new RehearsedTable(dataset, map.Text("file")!, text) });
        }
    }

    private string? TextOf(MapReader map)
    {
        string? name = map.Text("file");
        if (name is null)
        {
            return null;
        }

        YamlNode at = map.Value("file")!;
        string? path = RelativePath.Resolve("", name);
        if (path is null || !files.Exists(path))
        {
            problems.Add(at, $"there is no file {at.Found} in the folder of the test{(NearestName.Of(name, files.Match("", "*")) is string meant ? $"; did you mean '{meant}'?" : "")}");
            return null;
        }

        ProblemList its = problems.In(files.Shown(path));
        string text = files.Read(path, its) ?? "";
        if (Encoding.UTF8.GetByteCount(text) > FileBytesMax)
        {
            problems.Add(at, $"{at.Found} has more than 1 MB: a fixture is read whole, and a person should be able to");
            return null;
        }

        return text;
    }

    private void ReadFile(MapReader map)
    {
        if (TextOf(map) is not { } text)
        {
            return;
        }

        foreach (string line in text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0))
        {
            // Records of the past arrive now, those of the future in their time.
            if (TimeOf(line) is { } time && time > now)
            {
                now = time;
            }

            Add(Encoding.UTF8.GetBytes(line));
        }
    }

    private static DateTimeOffset? TimeOf(string line)
    {
        JsonElement json = new OutputRecord("", Encoding.UTF8.GetBytes(line)).Json;
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("timestamp", out JsonElement written) && written.ValueKind == JsonValueKind.String
            && Ingest.Rfc3339.TryParse(Encoding.UTF8.GetBytes(written.GetString()!), out long ms)
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : null;
    }

    private FailurePoint? ReadFailure(YamlNode item)
    {
        MapReader? map = MapReader.Open(item, "a failure point", problems, RehearsalLanguage.Failure);
        string? kind = map?.Word("kind");
        if (map is null || kind is null)
        {
            return null;
        }

        map.Word("every");
        if (map.Has("after") && map.Has("every"))
        {
            problems.Add(map.KeyNode("every"), "a failure point is 'after' an event or at 'every' commit, not both");
        }

        int after = map.Count("after", 0, 1, RehearsalLanguage.EventsMax);
        if (after > events)
        {
            problems.Add(map.Value("after")!, $"there is no event {after}: the test has {events}");
        }

        return new FailurePoint((FailureKind)Array.IndexOf(RehearsalLanguage.Kinds, kind), after, item.Place);
    }

    private void MoveTo(YamlNode node, string at)
    {
        DateTimeOffset? time = at.StartsWith('+')
            ? Topology.Duration.TryParse(at[1..], out TimeSpan after) ? After(node, start, after) : null
            : Time(node, at);
        if (time is null && at.StartsWith('+') && !Topology.Duration.TryParse(at[1..], out _))
        {
            problems.Add(node, $"'at' is a duration after the start such as +5m, or a date-time; found {node.Found}");
        }
        else if (time < now)
        {
            problems.Add(node, $"'at' is {at}, and it is {Rfc(now)} already: records arrive one after the other; an event of the past has a 'timestamp' of its own");
        }

        now = time > now ? time.Value : now;
    }

    private DateTimeOffset? Time(YamlNode node, string text)
    {
        if (Ingest.Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out long ms))
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(ms);
        }

        problems.Add(node, $"a date-time is written 2026-09-01T10:00:00Z; found {node.Found}");
        return null;
    }

    private static string Rfc(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);
}
