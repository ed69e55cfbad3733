using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Topology;

/// <summary>Events whose text at a path is one of these, and for which a condition holds; either alone, or both.</summary>
/// <param name="Path">Of the text; empty where only the condition decides.</param>
/// <param name="Values">What the text may be.</param>
public sealed record EventMatch(string Path, ImmutableArray<string> Values)
{
    public const string EventType = "eventType";

    /// <summary>Null where only the text decides.</summary>
    public EventCondition? When { get; init; }
}

/// <summary>An expression over the JSON of an event, true or not. Where it is neither, as when a field that it reads is missing, it does not hold.</summary>
/// <param name="Program">Its slots are the values at the paths.</param>
/// <param name="Paths">In the order of the slots.</param>
public sealed partial record EventCondition(CelProgram Program, ImmutableArray<string> Paths)
{
    /// <summary>Compiles an expression that names fields as `event.commerce.order.priceTotal`; what is wrong in it is located.</summary>
    internal static EventCondition? Read(ExpressionText text, string what, ProblemList problems)
    {
        Node root = new();
        foreach (Match chain in Chains().Matches(text.Text).Where(match => match.Groups["path"].Success))
        {
            string[] path = [.. chain.Groups["path"].Value.Split('.').Select(part => part.Trim())];
            // What is called is no field.
            root.Add(chain.Groups["call"].Success ? path[..^1] : path);
        }

        CelEnvironment environment = new();
        environment.DeclareRecord("event", root.Fields());
        return NodeExpressions.Compile(text, what, environment, problems, CelType.Bool) is { } program
            ? new EventCondition(program, [.. root.Leaves("")])
            : null;
    }

    // Texts first, so that nothing within one is taken for a field.
    [GeneratedRegex("""
        "(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?<![\w.])event\s*\.(?<path>\s*[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)(?<call>\s*\()?
        """, RegexOptions.CultureInvariant)]
    private static partial Regex Chains();

    // Fields that an expression names, as a tree: what has fields itself is a record.
    private sealed class Node
    {
        private readonly SortedDictionary<string, Node> children = new(StringComparer.Ordinal);

        public void Add(ReadOnlySpan<string> path)
        {
            if (path.Length > 0)
            {
                if (!children.TryGetValue(path[0], out Node? child))
                {
                    children[path[0]] = child = new Node();
                }

                child.Add(path[1..]);
            }
        }

        public CelField[] Fields() =>
            [.. children.Select(each => new CelField(each.Key, each.Value.children.Count == 0 ? CelType.Dyn : CelType.RecordOf(each.Value.Fields())))];

        // In the order of their slots.
        public IEnumerable<string> Leaves(string before) => children.SelectMany(each =>
            each.Value.children.Count == 0 ? [before + each.Key] : each.Value.Leaves($"{before}{each.Key}."));
    }
}
