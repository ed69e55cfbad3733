using System.Collections.Immutable;
using System.Reflection;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators.Custom;

/// <param name="Create">Makes one for a task, configured.</param>
/// <param name="Contract">What it takes and gives.</param>
/// <param name="Reads">Slots of what it takes.</param>
internal sealed record CustomSettings(Func<ICustomOperator> Create, CustomContract Contract, ImmutableArray<int> Reads);

/// <summary>Compiles nodes whose operator stands in an assembly: `assembly: PATH` beside the operator's name.</summary>
internal static class CustomNodes
{
    public const string Assembly = "assembly";

    public static bool IsCustom(GraphNode node) => node.Section == "nodes" && node.Options[Assembly] is not null;

    public static CompiledNode? Compile(GraphNode node, RecordSchema input, INodeFiles files, ProblemList problems)
    {
        YamlNode at = node.Options[Assembly]!;
        if (!MapReader.IsText(at, $"'{Assembly}'", problems))
        {
            return null;
        }

        if (Path.IsPathRooted(at.Text) || at.Text.Split('/', '\\').Contains(".."))
        {
            problems.Add(at, $"{YamlNode.Quote(at.Text)} leads out of the topology's folder");
            return null;
        }

        try
        {
            CustomAssembly assembly = CustomAssembly.Load(files.Shown(at));
            if (assembly.Create(node.Operator) is { } made)
            {
                return Compile(node, input, assembly, made, problems);
            }

            string[] names = [.. assembly.Names];
            string found = names.Length == 0 ? " (it has none: a public class with [Operator] that is an ICustomOperator)" : NearestName.Advice(node.Operator, names);
            problems.Add(node.Place, $"{YamlNode.Quote(at.Text)} has no operator {YamlNode.Quote(node.Operator)}{found}");
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException or BadImageFormatException or ArgumentException
            or TypeLoadException or ReflectionTypeLoadException or TargetInvocationException or MissingMethodException)
        {
            string reason = (broken as TargetInvocationException)?.InnerException?.Message ?? broken.Message;
            problems.Add(at, broken is FileNotFoundException or DirectoryNotFoundException
                ? $"there is no assembly {YamlNode.Quote(at.Text)} beside the topology"
                : $"{YamlNode.Quote(at.Text)} cannot be loaded: {reason}");
        }

        return null;
    }

    private static CompiledNode? Compile(GraphNode node, RecordSchema input, CustomAssembly assembly, ICustomOperator made, ProblemList problems)
    {
        CustomContract contract = made.Contract;
        int problemsBefore = problems.Count;
        Dictionary<string, string> options = Options(node, contract, problems);
        int[] reads = [.. contract.Reads.Select(field => SlotOf(node, field, input, problems))];
        foreach (CelField field in contract.Adds.Where(field => input.SlotOf(field.Name) >= 0))
        {
            problems.Add(node.Place, $"'{node.Name}' adds the field '{field.Name}', which the record has already: drop it before");
        }

        if (problems.Count > problemsBefore)
        {
            return null;
        }

        try
        {
            made.Configure(options);
        }
        catch (ArgumentException refused)
        {
            problems.Add(node.Place, $"'{node.Name}': {refused.Message}");
            return null;
        }

        ICustomOperator Create()
        {
            ICustomOperator one = assembly.Create(node.Operator)!;
            one.Configure(options);
            return one;
        }

        RecordSchema schema = input with { Fields = [.. input.Fields, .. contract.Adds] };
        return new CompiledNode(new CustomSettings(Create, contract, [.. reads]), schema)
        {
            HasOwnSlots = true,
            Keeps = contract.KeepsMemory,
            Files = assembly.Hash,
        };
    }

    private static Dictionary<string, string> Options(GraphNode node, CustomContract contract, ProblemList problems)
    {
        MapReader? map = MapReader.Open(
            node.Options, $"the {node.Operator} '{node.Name}'", problems, [.. contract.Options.Select(option => option.Name), Assembly]);
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        foreach (CustomOption option in contract.Options)
        {
            string? written = map?.Text(option.Name, required: option.Default is null);
            if ((written ?? option.Default) is { } value)
            {
                options[option.Name] = value;
            }
        }

        return options;
    }

    private static int SlotOf(GraphNode node, CelField field, RecordSchema input, ProblemList problems)
    {
        int slot = input.SlotOf(field.Name);
        if (slot < 0)
        {
            problems.Add(node.Place, $"'{node.Name}' reads the field '{field.Name}', which is not here{NearestName.Advice(field.Name, input.Names)}");
        }
        else if (!field.Type.Accepts(input.Fields[slot].Type))
        {
            problems.Add(node.Place, $"'{node.Name}' reads '{field.Name}' as {field.Type}, and here it is {input.Fields[slot].Type}");
        }

        return slot;
    }
}
