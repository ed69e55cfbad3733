using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Operators.Custom;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Knows the operators: those of <see cref="Operators"/>, and a topology's own.</summary>
internal sealed class NodeCompiler(INodeFiles files)
{
    private static readonly string[] CompiledSections = ["nodes", "harmonize", "source", "sources", "features", "audiences"];

    /// <summary>Whether a node is part of the flow: what the sections make of models and sinks is not.</summary>
    public static bool IsCompiled(GraphNode node) => CompiledSections.Contains(node.Section) && !(node.Section == "features" && node.Operator != "profile");

    public static OperatorContract? ContractOf(string name) => Operators.Find(name);

    public static IEnumerable<string> Names => Operators.All.Select(contract => contract.Name).Where(name => name is not ("source" or "profile"));

    /// <summary>Names of a node's input ports.</summary>
    public static ImmutableArray<string> InputsOf(GraphNode node) =>
        !CustomNodes.IsCustom(node) && ContractOf(node.Operator) is { } contract ? [.. contract.Inputs.Select(port => port.Name)] : [OperatorPorts.In];

    /// <summary>Ports as the graph's edges may name them; null where the options do not say.</summary>
    public static OperatorPorts? PortsOf(GraphNode node)
    {
        if (CustomNodes.IsCustom(node))
        {
            return OperatorPorts.Step;
        }

        if (ContractOf(node.Operator) is not { } contract)
        {
            return null;
        }

        bool takesMany = contract.Name is "union" or "dead-letter";
        ImmutableArray<OperatorPort> inputs = [.. contract.Inputs.Select(port => new OperatorPort(port.Name, takesMany))];
        if (contract.OutputsByOption is not { } option)
        {
            bool mayEnd = contract.Name is "audiences";
            return new OperatorPorts(inputs, [.. contract.Outputs.Select(port => new OperatorPort(port.Name, IsOptional: mayEnd))]);
        }

        YamlNode? named = node.Options[option];
        return named is not { Kind: YamlKind.Map }
            ? null
            : new OperatorPorts(
                inputs,
                [
                    .. named.Entries.Where(entry => entry.Key.Kind == YamlKind.Text).Select(entry => new OperatorPort(entry.Key.Text)),
                    .. contract.Outputs.Select(port => new OperatorPort(port.Name, IsOptional: true)),
                ]);
    }

    /// <summary>What can be said of a node written under `nodes` without knowing what flows into it: its operator and its options.</summary>
    public static void CheckAlone(GraphNode node, ProblemList problems)
    {
        if (!CustomNodes.IsCustom(node) && ContractFor(node, problems) is { } contract)
        {
            _ = new NodeOptions(node, contract, problems);
        }
    }

    private static OperatorContract? ContractFor(GraphNode node, ProblemList problems)
    {
        if (ContractOf(node.Operator) is { } contract && node is not { Operator: "source" or "profile", Section: "nodes" })
        {
            return contract;
        }

        string why = node.Operator is "source" or "profile"
            ? $"'{node.Operator}' is made by a section, not by a node"
            : $"there is no operator {YamlNode.Quote(node.Operator)}";
        problems.Add(node.Place, $"{why}{NearestName.Advice(node.Operator, [.. Names.Order(StringComparer.Ordinal)])}");
        return null;
    }

    public CompiledNode? Compile(GraphNode node, ImmutableArray<RecordSchema> inputs, TopologyPlan plan, ProblemList problems)
    {
        if (CustomNodes.IsCustom(node))
        {
            return CustomNodes.Compile(node, inputs[0], files, problems);
        }

        if (ContractFor(node, problems) is not { } contract)
        {
            return null;
        }

        // The sections' own nodes were read with their sections.
        bool isSection = node.Section is "features" or "audiences";
        NodeOptions options = isSection ? NodeOptions.None(node, contract, problems) : new NodeOptions(node, contract, problems);
        int problemsBefore = problems.Count;
        NodeInput input = new(options, inputs, plan);
        CompiledNode? compiled = node.Operator switch
        {
            "filter" => PassingNodes.Filter(input),
            "map" => PassingNodes.Map(input),
            "branch" => PassingNodes.Branch(input),
            "split" => PassingNodes.Split(input),
            "union" => PassingNodes.Union(input),
            "key-by" => PassingNodes.KeyBy(input),
            "dedupe" => KeepingNodes.Dedupe(input),
            "window" => KeepingNodes.Window(input),
            "join" => KeepingNodes.Join(input),
            "lookup" => AddingNodes.Lookup(input, files),
            "enrich" => AddingNodes.Enrich(input),
            "one-hot" => AddingNodes.OneHot(input),
            "model" => AddingNodes.Model(input, files),
            "profile" => EndNodes.Profile(input),
            "audiences" => isSection ? EndNodes.SectionAudiences(input) : EndNodes.Audiences(input),
            "sink" => EndNodes.Sink(input),
            _ => EndNodes.DeadLetter(input),
        };
        return problems.Count == problemsBefore ? compiled : null;
    }
}
