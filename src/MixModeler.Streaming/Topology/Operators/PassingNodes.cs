using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Compiles the operators that keep nothing.</summary>
internal static class PassingNodes
{
    private const int FieldsMax = 256;
    private const int PortsMax = 64;

    public static CompiledNode? Filter(NodeInput node) =>
        NodeExpressions.Compile(node.Options, "where", node.Input.Environment(), CelType.Bool) is { } where
            ? new CompiledNode(new FilterSettings(where), node.Input)
            : null;

    public static CompiledNode? Map(NodeInput node)
    {
        NodeOptions options = node.Options;
        RecordSchema input = node.Input;
        if (options.Has("drop") && options.Has("keep"))
        {
            node.Problems.Add(options.Value("drop")!, "'drop' and 'keep' are two ways to say one thing: keep one");
        }

        HashSet<int> dropped = [.. options.Slots("drop", input)];
        HashSet<int>? kept = options.Has("keep") ? [.. options.Slots("keep", input)] : null;
        Dictionary<string, CelProgram> set = Expressions(node, "set", input.Environment());
        List<CelField> fields = [];
        List<MapSlot> slots = [];
        for (int slot = 0; slot < input.Fields.Length; slot++)
        {
            CelField field = input.Fields[slot];
            bool isBuiltIn = slot < RecordSchema.BuiltIn.Length;
            if (set.Remove(field.Name, out CelProgram? program))
            {
                CheckBuiltIn(node, field, isBuiltIn, program);
                fields.Add(field with { Type = isBuiltIn ? field.Type : program.ResultType });
                slots.Add(new MapSlot(-1, program));
            }
            else if (isBuiltIn || (!dropped.Contains(slot) && kept?.Contains(slot) != false))
            {
                fields.Add(field);
                slots.Add(new MapSlot(slot, null));
            }
        }

        // In the order of the file, behind what was there.
        foreach ((YamlNode key, _) in options.Members("set", FieldsMax).Where(member => set.ContainsKey(member.Key.Text)))
        {
            fields.Add(new CelField(key.Text, set[key.Text].ResultType));
            slots.Add(new MapSlot(-1, set[key.Text]));
        }

        for (int slot = input.Fields.Length; slot < input.SlotCount; slot++)
        {
            slots.Add(new MapSlot(slot, null));
        }

        if (!options.Has("set") && !options.Has("drop") && !options.Has("keep"))
        {
            node.Problems.Add(options.Node.Place, $"{options.What} does nothing: it needs 'set', 'drop' or 'keep'");
        }

        return new CompiledNode(new MapSettings([.. slots]), input with { Fields = [.. fields] }) { HasOwnSlots = true };
    }

    public static CompiledNode? Branch(NodeInput node)
    {
        List<string> ports = [];
        List<CelProgram> when = [];
        foreach ((YamlNode key, YamlNode value) in node.Options.Members("when", PortsMax))
        {
            if (IsPort(node, key) && NodeExpressions.Compile(value, $"'{key.Text}'", node.Input.Environment(), node.Problems, CelType.Bool) is { } program)
            {
                ports.Add(key.Text);
                when.Add(program);
            }
        }

        return new CompiledNode(new BranchSettings([.. when]), node.Input) { Ports = [.. ports, OperatorContract.Otherwise] };
    }

    public static CompiledNode? Split(NodeInput node)
    {
        NodeOptions options = node.Options;
        CelProgram? by = options.Has("by")
            ? NodeExpressions.CompileKey(options, "by", node.Input.Environment())
            : CelCompiler.Compile("event.visitor", node.Input.Environment()).Program;
        List<string> ports = [];
        List<double> weights = [];
        foreach ((YamlNode key, YamlNode value) in options.Members("weights", PortsMax))
        {
            if (IsPort(node, key) && Weight(node, value) is double weight)
            {
                ports.Add(key.Text);
                weights.Add(weight);
            }
        }

        if (weights.Count > 0 && weights.Sum() <= 0)
        {
            node.Problems.Add(options.Value("weights")!, "'weights' are all 0");
        }

        byte[] salt = [.. Encoding.UTF8.GetBytes(options.Text("salt") ?? options.Node.Name), 0];
        return by is null ? null : new CompiledNode(new SplitSettings(by, salt, Bounds(weights)), node.Input) { Ports = [.. ports] };
    }

    public static CompiledNode Union(NodeInput node)
    {
        RecordSchema first = node.Inputs[0];
        bool hasProfile = node.Inputs.All(input => input.HasProfile);
        CelField[] shared = [.. first.Fields.Where(field => node.Inputs.All(input => input.SlotOf(field.Name) is int slot and >= 0
            && input.Fields[slot].Type.ToString() == field.Type.ToString()))];
        RecordSchema schema = new([.. shared], hasProfile ? first.Features : [], hasProfile);
        ImmutableArray<ImmutableArray<int>> copies = [.. node.Inputs.Select(input => CopyFrom(input, schema))];
        return new CompiledNode(new UnionSettings(copies), schema) { HasOwnSlots = true };
    }

    public static CompiledNode? KeyBy(NodeInput node)
    {
        CelProgram? key = NodeExpressions.CompileKey(node.Options, "key", node.Input.Environment());
        RecordSchema schema = new(node.Input.Fields, [], false);
        string topic = $"{node.Topology.Topics.Prefix}{node.Topology.Name}.{node.Options.Node.Name}";
        return key is null ? null : new CompiledNode(new KeyBySettings(key, topic, [.. schema.Names]), schema) { HasOwnSlots = true };
    }

    /// <summary>Names and programs of an option that is a map of expressions.</summary>
    public static Dictionary<string, CelProgram> Expressions(NodeInput node, string option, CelEnvironment environment)
    {
        Dictionary<string, CelProgram> programs = new(StringComparer.Ordinal);
        foreach ((YamlNode key, YamlNode value) in node.Options.Members(option, FieldsMax))
        {
            if (node.Options.IsIdentifier(key, "the name of a field")
                && NodeExpressions.Compile(value, $"'{key.Text}'", environment, node.Problems) is { } program)
            {
                programs.TryAdd(key.Text, program);
            }
        }

        return programs;
    }

    private static ImmutableArray<int> CopyFrom(RecordSchema input, RecordSchema schema)
    {
        IEnumerable<int> fields = schema.Fields.Select(field => input.SlotOf(field.Name));
        return schema.HasProfile
            ? [.. fields, .. Enumerable.Range(input.FeatureSlot, input.Features.Length + 2)]
            : [.. fields];
    }

    // id, time, type and visitor may be replaced, but stay what they are.
    private static void CheckBuiltIn(NodeInput node, CelField field, bool isBuiltIn, CelProgram program)
    {
        YamlNode at = node.Options.Members("set", FieldsMax).First(member => member.Key.Text == field.Name).Key;
        if (isBuiltIn && field.Name != RecordSchema.Type)
        {
            node.Problems.Add(at, $"'{field.Name}' is what the record is known by: only 'type' of the built-in fields can be replaced");
        }
        else if (isBuiltIn && !field.Type.Accepts(program.ResultType))
        {
            node.Problems.Add(at, $"'{field.Name}' must be {field.Type}, this is {program.ResultType}");
        }
    }

    private static bool IsPort(NodeInput node, YamlNode key)
    {
        if (!Names.IsName(key.Text, "-_") || key.Text is OperatorPorts.Errors or OperatorContract.Otherwise)
        {
            node.Problems.Add(key, $"a port is {Names.CharactersMax} letters, digits, - and _ at most, and neither '{OperatorPorts.Errors}' nor '{OperatorContract.Otherwise}'; found {key.Found}");
            return false;
        }

        return true;
    }

    private static double? Weight(NodeInput node, YamlNode value)
    {
        if (value.Kind == YamlKind.Text && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight)
            && weight is >= 0 and <= 1e9)
        {
            return weight;
        }

        node.Problems.Add(value, $"a weight is a number from 0 to 1000000000; found {value.Found}");
        return null;
    }

    // Shares of 2⁶⁴ in whole numbers, so that every engine cuts at the same place.
    private static ImmutableArray<ulong> Bounds(List<double> weights)
    {
        BigInteger total = weights.Aggregate(BigInteger.Zero, (sum, weight) => sum + Scaled(weight));
        BigInteger upTo = BigInteger.Zero;
        ImmutableArray<ulong>.Builder bounds = ImmutableArray.CreateBuilder<ulong>(weights.Count);
        foreach (double weight in weights)
        {
            upTo += Scaled(weight);
            BigInteger bound = total.IsZero ? BigInteger.One : (upTo << 64) / total;
            // An empty share at the very beginning has no hash of its own; 0 is one of 2⁶⁴.
            bounds.Add(bound.IsZero ? 0 : (ulong)(bound - 1));
        }

        return bounds.ToImmutable();
    }

    private static BigInteger Scaled(double weight) => new(Math.Round(weight * 1_000_000));
}
