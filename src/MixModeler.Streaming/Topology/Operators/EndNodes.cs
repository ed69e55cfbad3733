using System.Collections.Immutable;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Compiles the profile, the audiences, and where records leave.</summary>
internal static class EndNodes
{
    private const int AudiencesMax = 1_024;

    public static CompiledNode Profile(NodeInput node)
    {
        ImmutableArray<string> features = [.. node.Topology.Schema.Features.Select(feature => feature.Name)];
        return new CompiledNode(new ProfileSettings(Replaced(node)), new RecordSchema(node.Input.Fields, features, true)) { HasOwnSlots = true };
    }

    // What a map sets under the name of a field goes to the features in place of what the event has at the field's path.
    private static ImmutableArray<ReplacedField> Replaced(NodeInput node)
    {
        HashSet<string> set =
        [
            .. node.Topology.Graph.Nodes
                .Where(other => other.Operator == "map")
                .SelectMany(map => map.Options["set"]?.Entries.Select(entry => entry.Key.Text) ?? []),
        ];
        IEnumerable<(string Name, string Path)> fields = node.Topology.Source.Fields
            .Select(field => (field.Name, field.Path))
            .Prepend((RecordSchema.Type, "eventType"));
        return
        [
            .. fields
                .Where(field => set.Contains(field.Name) && node.Input.SlotOf(field.Name) >= 0)
                .Select(field => new ReplacedField(field.Path, node.Input.SlotOf(field.Name))),
        ];
    }

    public static CompiledNode Audiences(NodeInput node)
    {
        List<string> names = [];
        List<CelProgram> programs = [];
        CelEnvironment environment = node.Input.Environment();
        foreach ((YamlNode key, YamlNode value) in node.Options.Members("is", AudiencesMax))
        {
            if (MapReader.IsText(key, "an audience", node.Problems)
                && NodeExpressions.Compile(value, $"'{key.Text}'", environment, node.Problems, CelType.Bool) is { } program)
            {
                names.Add(key.Text);
                programs.Add(program);
            }
        }

        return Audiences(node, names, programs);
    }

    /// <summary>The section `audiences`.</summary>
    public static CompiledNode SectionAudiences(NodeInput node)
    {
        List<string> names = [];
        List<CelProgram> programs = [];
        CelEnvironment environment = node.Input.Environment();
        foreach (AudiencePlan audience in node.Topology.Audiences)
        {
            if (NodeExpressions.Compile(audience.When, $"the audience '{audience.Name}'", environment, node.Problems, CelType.Bool) is { } program)
            {
                names.Add(audience.Name);
                programs.Add(program);
            }
        }

        return Audiences(node, names, programs);
    }

    public static CompiledNode? Sink(NodeInput node)
    {
        NodeOptions options = node.Options;
        RecordSchema input = node.Input;
        string? topic = Topic(node);
        CelProgram? key = NodeExpressions.CompileKey(options, "key", input.Environment());
        ImmutableArray<int> slots = options.Has("fields") ? [.. options.Slots("fields", input)] : [.. Enumerable.Range(0, input.Fields.Length)];
        if (topic is null || (key is null && options.Has("key")))
        {
            return null;
        }

        return new CompiledNode(new SinkSettings(topic, key, slots, [.. slots.Select(slot => input.Fields[slot].Name)]), input) { Ports = [] };
    }

    public static CompiledNode? DeadLetter(NodeInput node)
    {
        string? reason = node.Options.Text("reason");
        if (reason is not null && !Names.IsName(reason, "-_"))
        {
            node.Problems.Add(node.Options.Value("reason")!, $"'reason' is {YamlNode.Quote(reason)}: {Names.CharactersMax} letters, digits, - and _ at most, as it is counted by");
            return null;
        }

        CelProgram? detail = NodeExpressions.Compile(node.Options, "detail", node.Input.Environment(), CelType.String);
        return reason is null || (detail is null && node.Options.Has("detail"))
            ? null
            : new CompiledNode(new DeadLetterSettings(reason, detail), node.Input) { Ports = [] };
    }

    private static CompiledNode Audiences(NodeInput node, List<string> names, List<CelProgram> programs) =>
        new(new AudiencesSettings([.. names], [.. programs], node.Topology.Topics.Prefix + "audiences"), node.Input) { Keeps = true };

    private static string? Topic(NodeInput node)
    {
        string? topic = node.Options.Has("topic") ? node.Options.Text("topic") : node.Options.Node.Name;
        if (topic is null)
        {
            return null;
        }

        // The names that Kafka takes.
        if (topic.Length > 200 || !topic.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') || topic is "." or "..")
        {
            node.Problems.Add(node.Options.Value("topic") ?? node.Options.Node.Options, $"'topic' is {YamlNode.Quote(topic)}: at most 200 letters, digits, '.', '_' and '-'");
            return null;
        }

        return topic.Contains('.') ? topic : node.Topology.Topics.Prefix + topic;
    }
}
