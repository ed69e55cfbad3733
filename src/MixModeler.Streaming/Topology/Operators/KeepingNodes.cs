using System.Collections.Immutable;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Compiles the operators that keep something of each key.</summary>
internal static class KeepingNodes
{
    public const string WindowStart = "window_start";
    public const string WindowEnd = "window_end";
    private const int AggregatesMax = 64;
    private static readonly string[] Functions = ["count", "sum", "min", "max", "avg", "last", "distinct"];

    public static CompiledNode? Dedupe(NodeInput node)
    {
        CelProgram? key = NodeExpressions.CompileKey(node.Options, "key", node.Input.Environment());
        long? withinMs = node.Options.SpanMs("within");
        return key is null || withinMs is null
            ? null
            : new CompiledNode(new DedupeSettings(key, withinMs.Value), node.Input) { Keeps = true };
    }

    public static CompiledNode? Window(NodeInput node)
    {
        NodeOptions options = node.Options;
        WindowKind kind = options.Word("kind", "") switch
        {
            "hopping" => WindowKind.Hopping,
            "sliding" => WindowKind.Sliding,
            "session" => WindowKind.Session,
            _ => WindowKind.Tumbling,
        };
        bool isSession = kind == WindowKind.Session;
        Refuse(node, isSession ? ["size", "every"] : kind == WindowKind.Tumbling ? ["every", "gap"] : ["gap"], kind);
        long? sizeMs = Needed(node, isSession ? "gap" : "size", kind);
        long? hopMs = kind == WindowKind.Hopping ? Needed(node, "every", kind) : options.SpanMs("every");
        long latenessMs = options.SpanMs("lateness", allowZero: true) ?? node.LatenessMs;
        ImmutableArray<AggregateSettings> aggregates = Aggregates(node);
        if (sizeMs is null || (kind == WindowKind.Hopping && hopMs is null))
        {
            return null;
        }

        hopMs = kind switch
        {
            WindowKind.Sliding => hopMs ?? DefaultPane(sizeMs.Value),
            WindowKind.Hopping => hopMs,
            _ => sizeMs,
        };
        if (sizeMs % hopMs != 0 || sizeMs / hopMs > WindowSettings.PartsMax)
        {
            node.Problems.Add(options.Value("every") ?? options.Value("size")!, $"'every' divides 'size' into a whole number of parts, at most {WindowSettings.PartsMax}");
            return null;
        }

        CelField[] fields =
        [
            new(WindowStart, CelType.Timestamp), new(WindowEnd, CelType.Timestamp), .. aggregates.Select(a => new CelField(a.Name, a.Type)),
        ];
        return new CompiledNode(new WindowSettings(kind, sizeMs.Value, hopMs!.Value, latenessMs, aggregates), RecordSchema.Of(fields))
        {
            HasOwnSlots = true,
            Keeps = true,
        };
    }

    public static CompiledNode? Join(NodeInput node)
    {
        (RecordSchema left, RecordSchema right) = (node.Inputs[0], node.Inputs[1]);
        CelEnvironment environment = new();
        environment.DeclareRecord("left", [.. left.Fields]);
        environment.DeclareRecord("right", [.. right.Fields]);
        long? withinMs = node.Options.SpanMs("within", allowZero: true);
        CelProgram? where = NodeExpressions.Compile(node.Options, "where", environment, CelType.Bool);
        Dictionary<string, CelProgram> set = PassingNodes.Expressions(node, "set", environment);
        foreach ((YamlNode key, _) in node.Options.Members("set", 256).Where(member => RecordSchema.BuiltIn.Any(field => field.Name == member.Key.Text)))
        {
            node.Problems.Add(key, $"'{key.Text}' is made by the join itself");
            set.Remove(key.Text);
        }

        if (withinMs is null || (where is null && node.Options.Has("where")))
        {
            return null;
        }

        JoinSettings settings = new(
            withinMs.Value, node.Options.SpanMs("lateness", allowZero: true) ?? node.LatenessMs, where, [.. set.Values],
            left.Fields.Length, right.Fields.Length);
        RecordSchema result = RecordSchema.Of(set.Select(field => new CelField(field.Key, field.Value.ResultType)));
        return new CompiledNode(settings, result) { HasOwnSlots = true, Keeps = true };
    }

    private static void Refuse(NodeInput node, string[] names, WindowKind kind)
    {
        foreach (string name in names.Where(node.Options.Has))
        {
            node.Problems.Add(node.Options.Value(name)!, $"a {kind.ToString().ToLowerInvariant()} window has no '{name}'");
        }
    }

    private static long? Needed(NodeInput node, string option, WindowKind kind)
    {
        if (!node.Options.Has(option))
        {
            node.Problems.Add(node.Options.Node.Options, $"a {kind.ToString().ToLowerInvariant()} window needs '{option}'");
        }

        return node.Options.SpanMs(option);
    }

    // The finest pane that is at least a second and a whole part of the size.
    private static long DefaultPane(long sizeMs)
    {
        long parts = Math.Min(60, sizeMs / 1_000);
        while (sizeMs % parts != 0)
        {
            parts--;
        }

        return sizeMs / parts;
    }

    private static ImmutableArray<AggregateSettings> Aggregates(NodeInput node)
    {
        CelEnvironment environment = node.Input.Environment();
        List<AggregateSettings> aggregates = [];
        foreach ((YamlNode key, YamlNode value) in node.Options.Members("aggregates", AggregatesMax))
        {
            if (RecordSchema.BuiltIn.Any(field => field.Name == key.Text) || key.Text is WindowStart or WindowEnd)
            {
                node.Problems.Add(key, $"'{key.Text}' is made by the window itself");
            }
            else if (node.Options.IsIdentifier(key, "the name of an aggregate") && Aggregate(node, key.Text, value, environment) is { } aggregate)
            {
                aggregates.Add(aggregate);
            }
        }

        return [.. aggregates];
    }

    private static AggregateSettings? Aggregate(NodeInput node, string name, YamlNode value, CelEnvironment environment)
    {
        if (value is { Kind: YamlKind.Text, Text: "count" })
        {
            return new AggregateSettings(name, AggregateFunction.Count, null, CelType.Int);
        }

        if (value.Kind != YamlKind.Map || value.Entries.Count != 1 || value.Entries[0].Key.Kind != YamlKind.Text)
        {
            node.Problems.Add(value, $"an aggregate is count, or one of sum, min, max, avg, last, distinct with an expression, such as {{ sum: event.total }}; found {value.Found}");
            return null;
        }

        (YamlNode word, YamlNode text) = value.Entries[0];
        int function = Array.IndexOf(Functions, word.Text);
        if (function < 0)
        {
            node.Problems.Add(word, $"there is no aggregate {YamlNode.Quote(word.Text)}{NearestName.Advice(word.Text, Functions)}");
            return null;
        }

        CelProgram? of = NodeExpressions.Compile(text, $"'{word.Text}'", environment, node.Problems);
        if (of is null)
        {
            return null;
        }

        AggregateFunction which = (AggregateFunction)function;
        if (TypeOf(which, of.ResultType) is { } type)
        {
            return new AggregateSettings(name, which, of, type);
        }

        node.Problems.Add(text, $"there is no '{word.Text}' of {of.ResultType}");
        return null;
    }

    private static CelType? TypeOf(AggregateFunction function, CelType of) => function switch
    {
        AggregateFunction.Count => CelType.Int,
        AggregateFunction.Sum => of.Kind is CelKind.Int or CelKind.Double ? of : null,
        AggregateFunction.Avg => of.Kind is CelKind.Int or CelKind.Double ? CelType.Double : null,
        AggregateFunction.Distinct =>
            of.Kind is CelKind.String or CelKind.Bytes or CelKind.Int or CelKind.UInt or CelKind.Bool or CelKind.Double or CelKind.Timestamp
                ? CelType.Int
                : null,
        AggregateFunction.Last => of.Kind is CelKind.Record or CelKind.Type ? null : of,
        _ => of.Kind is CelKind.Int or CelKind.UInt or CelKind.Double or CelKind.String or CelKind.Timestamp or CelKind.Duration ? of : null,
    };
}
