using MixModeler.Streaming.Score.Cel.Evaluate;
using MixModeler.Streaming.Score.Cel.Syntax;

namespace MixModeler.Streaming.Score.Cel.Compile;

/// <summary>Checks what is written and composes the nodes that evaluate it, in one pass from the leaves.</summary>
internal sealed class CelBinder
{
    private readonly CelScope scope;
    private readonly CelNames names;
    private readonly CelCalls calls;

    public CelBinder(CelScope scope)
    {
        this.scope = scope;
        names = new CelNames(scope);
        calls = new CelCalls(scope, this);
    }

    public Bound Bind(CelSyntax syntax)
    {
        switch (syntax.Kind)
        {
            case SyntaxKind.Literal:
                return new Bound(new ConstantNode(syntax.Offset, syntax.Value), CelType.OfKind(syntax.Value.Kind));
            case SyntaxKind.Name or SyntaxKind.Select:
                return names.TryBind(syntax, isTest: false) ?? names.Select(Bind(syntax.Parts[0]), syntax, isTest: false);
            case SyntaxKind.Has:
                return names.TryBind(syntax.Parts[0], isTest: true) ?? names.Select(Bind(syntax.Parts[0].Parts[0]), syntax.Parts[0], isTest: true);
            case SyntaxKind.Index:
                return Index(syntax);
            case SyntaxKind.Call or SyntaxKind.MemberCall:
                return calls.Bind(syntax);
            case SyntaxKind.List:
                return List(syntax);
            case SyntaxKind.Map:
                return Map(syntax);
            case SyntaxKind.Negate or SyntaxKind.Not:
                return Sign(syntax);
            case SyntaxKind.And or SyntaxKind.Or:
                return Logic(syntax);
            case SyntaxKind.Conditional:
                return Conditional(syntax);
            default:
                return Binary(syntax);
        }
    }

    /// <summary>A condition: a problem where it can never be a bool.</summary>
    public CelNode Condition(CelSyntax syntax, string what)
    {
        Bound condition = Bind(syntax);
        scope.Check(CelTyping.IsCondition(condition.Type), syntax.Offset, () => $"{what} is a bool; this is {condition.Type}");
        return condition.Node;
    }

    /// <summary>Evaluates now what has only constants below it, unless it fails.</summary>
    public static Bound Fold(CelNode node, CelType type, params ReadOnlySpan<Bound> parts)
    {
        foreach (ref readonly Bound part in parts)
        {
            if (!part.IsConstant)
            {
                return new Bound(node, type);
            }
        }

        CelFrame frame = new([], []);
        CelValue value = node.Evaluate(ref frame);
        return new Bound(value.IsError ? node : new ConstantNode(node.Offset, value), type);
    }

    private Bound[] BindAll(IEnumerable<CelSyntax> parts) => [.. parts.Select(Bind)];

    private Bound Index(CelSyntax syntax)
    {
        Bound operand = Bind(syntax.Parts[0]);
        Bound index = Bind(syntax.Parts[1]);
        CelType? key = operand.Type.Kind switch
        {
            CelKind.List => CelType.Int,
            CelKind.Map => operand.Type.Key,
            CelKind.Dyn => CelType.Dyn,
            _ => null,
        };
        scope.Check(key is not null, syntax.Offset, () => $"[ ] is for lists and maps; this is {operand.Type}");
        scope.Check(key is null || key.Accepts(index.Type), syntax.Parts[1].Offset, () => $"the index of {operand.Type} is {key}; this is {index.Type}");
        return new Bound(new IndexNode(syntax.Offset, operand.Node, index.Node), operand.Type.Element ?? CelType.Dyn);
    }

    private Bound List(CelSyntax syntax)
    {
        Bound[] items = BindAll(syntax.Parts);
        return Fold(new ListNode(syntax.Offset, [.. items.Select(item => item.Node)]), CelType.ListOf(JoinAll(items)), items);
    }

    private Bound Map(CelSyntax syntax)
    {
        Bound[] parts = BindAll(syntax.Parts);
        Bound[] keys = [.. parts.Where((_, i) => i % 2 == 0)];
        Bound[] values = [.. parts.Where((_, i) => i % 2 == 1)];
        foreach (Bound key in keys)
        {
            scope.Check(
                CelMap.IsKey(key.Type.Kind) || key.Type.Kind == CelKind.Dyn, key.Node.Offset,
                () => $"a map's key is an int, uint, bool or string; this is {key.Type}");
        }

        MapNode node = new(syntax.Offset, [.. keys.Select(key => key.Node)], [.. values.Select(value => value.Node)]);
        return Fold(node, CelType.MapOf(JoinAll(keys), JoinAll(values)), parts);
    }

    private static CelType JoinAll(Bound[] items) =>
        items.Length == 0 ? CelType.Dyn : items.Select(item => item.Type).Aggregate(CelType.Join);

    private Bound Sign(CelSyntax syntax)
    {
        Bound operand = Bind(syntax.Parts[0]);
        if (syntax.Kind == SyntaxKind.Not)
        {
            scope.Check(CelTyping.IsCondition(operand.Type), syntax.Offset, () => $"'!' takes a bool; this is {operand.Type}");
            return new Bound(new NotNode(syntax.Offset, operand.Node), CelType.Bool);
        }

        scope.Check(
            operand.Type.Kind is CelKind.Int or CelKind.Double or CelKind.Dyn, syntax.Offset,
            () => $"'-' takes an int or a double; this is {operand.Type}");
        return Fold(new NegateNode(syntax.Offset, operand.Node), operand.Type, operand);
    }

    private Bound Logic(CelSyntax syntax)
    {
        CelNode[] operands = [.. syntax.Parts.Select(part => Condition(part, $"what '{syntax.Text}' joins"))];
        return new Bound(syntax.Kind == SyntaxKind.And ? new AndNode(syntax.Offset, operands) : new OrNode(syntax.Offset, operands), CelType.Bool);
    }

    private Bound Conditional(CelSyntax syntax)
    {
        // Chains are long to the right: they are followed in a loop, and composed from their end.
        Stack<(CelSyntax Syntax, CelNode Condition, Bound Then)> open = new();
        while (syntax.Kind == SyntaxKind.Conditional)
        {
            open.Push((syntax, Condition(syntax.Parts[0], "what stands before '?'"), Bind(syntax.Parts[1])));
            syntax = syntax.Parts[2];
        }

        Bound otherwise = Bind(syntax);
        while (open.TryPop(out (CelSyntax Syntax, CelNode Condition, Bound Then) each))
        {
            (CelType then, CelType last) = (each.Then.Type, otherwise.Type);
            scope.Check(then.Accepts(last), each.Syntax.Parts[2].Offset, () => $"both ways of a conditional have one type; these are {then} and {last}");
            otherwise = new Bound(new ConditionalNode(each.Syntax.Offset, each.Condition, each.Then.Node, otherwise.Node), CelType.Join(then, last));
        }

        return otherwise;
    }

    private Bound Binary(CelSyntax syntax)
    {
        Bound left = Bind(syntax.Parts[0]);
        Bound right = Bind(syntax.Parts[1]);
        int offset = syntax.Offset;
        switch (syntax.Text)
        {
            case "==" or "!=":
                Fits(CelTyping.AreComparable(left.Type, right.Type), syntax, left, right, "; they are never equal");
                bool isNegated = syntax.Text == "!=";
                EqualNode equal = new(offset, left.Node, right.Node, isNegated);
                return new Bound(SlotConditions.Equal(equal, left.Node, right.Node, isNegated), CelType.Bool);
            case "in":
                bool isIn = right.Type.Kind == CelKind.Dyn || (right.Type.Kind == CelKind.List && right.Type.Element!.Accepts(left.Type))
                    || (right.Type.Kind == CelKind.Map && right.Type.Key!.Accepts(left.Type));
                Fits(isIn, syntax, left, right, "; 'in' looks for an item in a list, or for a key in a map");
                return new Bound(new InNode(offset, left.Node, right.Node), CelType.Bool);
            case "<" or "<=" or ">" or ">=":
                Order order = syntax.Text switch
                {
                    "<" => Order.Less,
                    "<=" => Order.LessOrEqual,
                    ">" => Order.Greater,
                    _ => Order.GreaterOrEqual,
                };
                Fits(CelTyping.AreOrdered(left.Type, right.Type), syntax, left, right, "");
                OrderNode ordered = new(offset, order, left.Node, right.Node);
                return new Bound(SlotConditions.Ordered(ordered, order, left.Node, right.Node), CelType.Bool);
            default:
                char symbol = syntax.Text[0];
                CelType? type = CelTyping.Arithmetic(symbol, left.Type, right.Type);
                Fits(type is not null, syntax, left, right, AdviceOn(left.Type, right.Type));
                return Fold(new ArithmeticNode(offset, symbol, left.Node, right.Node), type ?? CelType.Dyn, left, right);
        }
    }

    private static string AdviceOn(CelType left, CelType right) =>
        CelNumbers.IsNumber(left.Kind) && CelNumbers.IsNumber(right.Kind) && left.Kind != right.Kind
            ? $"; numbers are not converted by themselves: {left}(…) and {right}(…) do"
            : "";

    private void Fits(bool holds, CelSyntax syntax, Bound left, Bound right, string advice) =>
        scope.Check(holds, syntax.Offset, () => $"'{syntax.Text}' does not take {left.Type} and {right.Type}{advice}");
}
