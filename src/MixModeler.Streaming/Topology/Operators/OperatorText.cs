using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Contracts for people: in a terminal, and as the document docs/operators.md.</summary>
public static class OperatorText
{
    /// <summary>All contracts as one Markdown document.</summary>
    public static string Document(IEnumerable<OperatorContract> contracts)
    {
        OperatorContract[] all = [.. contracts];
        StringBuilder text = new();
        text.Append("# Operators\n\nWritten from the contracts in the code by `mixmodeler operators --markdown`; a test holds the two equal.\n\n");
        text.Append("A node names its operator and gives its options; edges lead from node to node. What a node keeps is committed with the offset, by the key of its lane: the visitor,\n");
        text.Append("or behind a `key-by` that key. Every node with errors also takes `onError`: `dead-letter` (default), `drop`, `stop`, or `retry: { attempts, backOff }`, then dead-letter.\n");
        text.Append("Retries only help where trying again can: in custom operators. Expressions are CEL; they see `event.FIELD` (or `FIELD`, where it is not built in), and behind the profile `features.NAME`, `score`, `visitor`.\n\n");
        text.Append("| Operator | Purpose | Keeps |\n|---|---|---|\n");
        foreach (OperatorContract contract in all)
        {
            string kept = contract.State.Length > 0 ? contract.State : "nothing";
            text.Append(CultureInfo.InvariantCulture, $"| [{contract.Name}](#{contract.Name}) | {contract.Purpose} | {kept} |\n");
        }

        foreach (OperatorContract contract in all)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {contract.Name}\n\n");
            Body(text, contract, isMarkdown: true);
        }

        return text.ToString();
    }

    /// <summary>One contract for a terminal.</summary>
    public static string Of(OperatorContract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{contract.Name}\n\n");
        Body(text, contract, isMarkdown: false);
        return text.ToString();
    }

    private static void Body(StringBuilder text, OperatorContract contract, bool isMarkdown)
    {
        text.Append(contract.Purpose).Append('\n');
        if (contract.Notes.Length > 0)
        {
            text.Append('\n').Append(contract.Notes).Append('\n');
        }

        if (contract.Options.Length > 0)
        {
            text.Append(isMarkdown ? "\n| Option | Value | Meaning |\n|---|---|---|\n" : "\nOptions\n");
            foreach (OperatorOption option in contract.Options)
            {
                string needed = option.Required ? "required" : option.Default.Length > 0 ? $"default: {option.Default}" : "optional";
                text.Append(isMarkdown
                    ? $"| `{option.Name}` | {KindText(option)}; {needed} | {option.Meaning.Replace("|", "\\|", StringComparison.Ordinal)} |\n"
                    : $"  {option.Name,-12} {KindText(option)}; {needed}\n  {"",-12} {option.Meaning}\n");
            }
        }

        text.Append('\n');
        Line(text, "In", Ports(contract.Inputs, null), isMarkdown);
        Line(text, "Out", Ports(contract.Outputs, contract.OutputsByOption), isMarkdown);
        Line(text, "Keeps", contract.State.Length > 0 ? contract.State : "nothing", isMarkdown);
        Line(text, "Counts", string.Join(", ", contract.Metrics), isMarkdown);
        string errors = string.Join("; ", contract.Errors.Select(error => $"`{error.Reason}`: {error.Meaning}"));
        Line(text, "Fails with", contract.CanFail ? errors : "nothing", isMarkdown);
        text.Append(isMarkdown ? "\n```yaml\n" : "\nExample\n\n");
        text.Append(contract.Example.ReplaceLineEndings("\n")).Append(isMarkdown ? "\n```\n" : "\n");
    }

    private static void Line(StringBuilder text, string what, string value, bool isMarkdown) =>
        text.Append(isMarkdown ? $"- {what}: {value}\n" : $"{what,-12} {value}\n");

    private static string Ports(IEnumerable<PortContract> ports, string? byOption)
    {
        string[] named = [.. ports.Select(port => $"`{port.Name}` ({port.Meaning})")];
        return byOption is null
            ? named.Length == 0 ? "none" : string.Join(", ", named)
            : string.Join(", ", named.Prepend($"one port for each key of `{byOption}`"));
    }

    private static string KindText(OperatorOption option) => option.Kind switch
    {
        OptionKind.Word => string.Join(", ", option.Allowed.Select(word => $"`{word}`")),
        OptionKind.Expression => "expression",
        OptionKind.Predicate => "expression of type bool",
        OptionKind.Expressions => "map of names to expressions",
        OptionKind.Predicates => "map of names to expressions of type bool",
        OptionKind.Duration => "duration",
        OptionKind.Number => "number",
        OptionKind.Count => "whole number",
        OptionKind.Names => "list of fields",
        OptionKind.Texts => "list of texts",
        OptionKind.Numbers => "map of names to numbers",
        OptionKind.Fields => "map of fields",
        OptionKind.Aggregates => "map of aggregates",
        OptionKind.File => "file",
        OptionKind.FailurePolicy => "policy",
        _ => "text",
    };
}
