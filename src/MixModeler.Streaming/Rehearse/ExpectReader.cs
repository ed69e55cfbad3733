using System.Collections.Immutable;
using System.Globalization;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>Reads `expect`.</summary>
internal sealed class ExpectReader(ProblemList problems)
{
    public Expectations Read(MapReader expect)
    {
        Expectations read = new()
        {
            Exactly = expect.Word("exactly") == "true",
            Records = [.. Members(expect, "records").Select(member => (member.Key, Maps(member.Value)))],
            Counts = [.. Members(expect, "counts").Select(member => (member.Key, Count(member.Value)))],
            State = [.. Members(expect, "state").Where(member => IsMap(member.Value)).Select(member => (member.Key, member.Value))],
            Audiences = [.. Members(expect, "audiences").Select(member => (member.Key, Texts(member.Value)))],
            Harmonized = [.. expect.Items("harmonized").Select(ReadGrid).OfType<ExpectedGrid>()],
            Insights = [.. expect.Items("insights").Select(ReadInsight).OfType<ExpectedInsight>()],
            Decisions = [.. expect.Items("decisions").Select(ReadDecision).OfType<ExpectedDecision>()],
        };
        if (read.IsEmpty && problems.IsEmpty)
        {
            problems.Add(expect.Node, "'expect' expects nothing: a test that cannot fail tells nothing");
        }

        return read;
    }

    // Topics, visitors and audiences are named as they please.
    private List<(YamlNode Key, YamlNode Value)> Members(MapReader expect, string section)
    {
        MapReader? map = expect.Value(section, required: false) is YamlNode node ? MapReader.Open(node, $"'{section}'", problems, allowed: null) : null;
        return map is null ? [] : [.. map.Keys.Select(key => (key, map.Node[key.Text]!))];
    }

    private ImmutableArray<YamlNode> Maps(YamlNode list)
    {
        if (list.Kind != YamlKind.List)
        {
            problems.Add(list, $"what is expected of a topic is a list of records; found {list.Found}");
            return [];
        }

        return [.. list.Items.Where(IsMap)];
    }

    private bool IsMap(YamlNode node)
    {
        if (node.Kind != YamlKind.Map)
        {
            problems.Add(node, $"what is expected is a map of the members that matter; found {node.Found}");
        }

        return node.Kind == YamlKind.Map;
    }

    private int Count(YamlNode node)
    {
        if (node.Kind == YamlKind.Text && int.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return count;
        }

        problems.Add(node, $"a count is a whole number; found {node.Found}");
        return 0;
    }

    private ImmutableArray<YamlNode> Texts(YamlNode list)
    {
        if (list.Kind != YamlKind.List)
        {
            problems.Add(list, $"who is in an audience is a list of visitors, perhaps []; found {list.Found}");
            return [];
        }

        return [.. list.Items.Where(item => MapReader.IsText(item, "a visitor", problems))];
    }

    private ExpectedGrid? ReadGrid(YamlNode item)
    {
        MapReader? map = MapReader.Open(item, "a view", problems, RehearsalLanguage.Grid);
        if (map is null)
        {
            return null;
        }

        if (map.Has("file") == map.Has("rows"))
        {
            problems.Add(item, "a view has 'file' or 'rows'");
            return null;
        }

        ImmutableDictionary<string, string> query = map.Keys
            .Where(key => key.Text is not ("file" or "rows"))
            .ToImmutableDictionary(key => key.Text, key => map.Text(key.Text, required: false) ?? "");
        return new ExpectedGrid(item, query, map.Value("file", required: false), map.Has("rows") ? Maps(map.Value("rows")!) : []);
    }

    private ExpectedInsight? ReadInsight(YamlNode item)
    {
        MapReader? map = MapReader.Open(item, "a question to a model", problems, RehearsalLanguage.Insight);
        if (map is null || map.Text("ask") is not { } ask || map.Value("answer") is not { } answer || !IsMap(answer))
        {
            return null;
        }

        string? mix = map.Name("mix");
        if ((mix ?? map.Name("attribution")) is not { } name)
        {
            problems.Add(item, "it asks a 'mix' or an 'attribution'");
            return null;
        }

        ImmutableDictionary<string, string> query = map.Keys
            .Where(key => key.Text is not ("mix" or "ask" or "answer"))
            .ToImmutableDictionary(key => key.Text, key => map.Text(key.Text, required: false) ?? "");
        return new ExpectedInsight(item, mix is not null, name, ask, query, answer);
    }

    private ExpectedDecision? ReadDecision(YamlNode item)
    {
        MapReader? map = MapReader.Open(item, "a decision", problems, RehearsalLanguage.Decision);
        string? visitor = map?.Text("visitor");
        string? scope = map?.Text("scope");
        if (map is null || visitor is null || scope is null)
        {
            return null;
        }

        List<(string, string)> attributes = [];
        foreach ((YamlNode key, YamlNode value) in Members(map, "attributes"))
        {
            if (MapReader.IsText(value, "an attribute", problems))
            {
                attributes.Add((key.Text, value.Text));
            }
        }

        YamlNode answer = item.With(item.Entries.Where(entry => entry.Key.Text is "show" or "rule" or "score"));
        if (answer.Entries.Count == 0)
        {
            problems.Add(item, "a decision expects one of show, rule, score");
        }

        return new ExpectedDecision(visitor, map.Value("scope")!, [.. attributes], answer);
    }
}
