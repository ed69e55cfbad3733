using MixModeler.Streaming.Score.Cel.Evaluate;
using MixModeler.Streaming.Score.Cel.Functions;
using MixModeler.Streaming.Score.Cel.Patterns;
using MixModeler.Streaming.Score.Cel.Syntax;

namespace MixModeler.Streaming.Score.Cel.Compile;

/// <summary>Calls: of functions by their overloads, and of the macros has, all, exists, exists_one, filter and map.</summary>
internal sealed class CelCalls(CelScope scope, CelBinder binder)
{
    private static readonly string[] Macros = ["all", "exists", "exists_one", "existsOne", "filter", "map"];

    public Bound Bind(CelSyntax call)
    {
        bool isMember = call.Kind == SyntaxKind.MemberCall;
        if (!isMember && call.Text == "has" && call.Parts.Length == 1)
        {
            return call.Parts[0].Kind == SyntaxKind.Select
                ? binder.Bind(new CelSyntax(SyntaxKind.Has, call.Offset, "has", call.Parts[0]))
                : scope.Problem(call.Offset, "has() asks for a field, as in has(event.country)");
        }

        // The range is the first part, the variable the second.
        if (isMember && Macros.Contains(call.Text) && (call.Parts.Length == 3 || (call.Text == "map" && call.Parts.Length == 4)))
        {
            return Comprehension(call);
        }

        Bound[] arguments = [.. call.Parts.Select(binder.Bind)];
        if (!CelLibrary.TryGet(call.Text, out CelFunction? function))
        {
            string advice = CelNearest.Advice(call.Text, isMember ? CelLibrary.Names.Concat(Macros) : CelLibrary.Names.Append("has"), "functions");
            return scope.Fail(call.Offset, $"there is no function '{call.Text}'{advice}", CelErrorCode.UnknownFunction, call.Text);
        }

        CelType[] types = [.. arguments.Select(argument => argument.Type)];
        CelOverload[] fitting = [.. function.Overloads.Where(o => scope.IsChecked ? o.Accepts(isMember, types) : o.Takes(isMember, types.Length))];
        if (fitting.Length == 0)
        {
            string forms = string.Join(", ", function.Overloads.Select(o => o.Describe(call.Text)));
            string problem = $"{Written(call, types, isMember)} is no form of '{call.Text}'; there are {forms}";
            return scope.Fail(call.Offset, problem, CelErrorCode.UnknownFunction, call.Text);
        }

        CelType result = fitting.All(o => ReferenceEquals(o.Result, fitting[0].Result)) ? fitting[0].Result : CelType.Dyn;
        return Call(call, function, arguments, result);
    }

    private Bound Call(CelSyntax call, CelFunction function, Bound[] arguments, CelType result)
    {
        if (function.Name == "dyn")
        {
            return new Bound(arguments[0].Node, CelType.Dyn);
        }

        if (function.Name == "matches" && arguments[1].Node is ConstantNode { Value.Kind: CelKind.String } pattern)
        {
            try
            {
                return new Bound(new MatchNode(call.Offset, CelPattern.Parse(pattern.Value.AsText), arguments[0].Node), result);
            }
            catch (PatternException e)
            {
                return scope.Fail(call.Parts[1].Offset, $"the pattern: {e.Message}", CelErrorCode.InvalidArgument, $"the pattern: {e.Message}");
            }
        }

        CelNode node = arguments.Length == 1
            ? new UnaryNode(call.Offset, function.Unary!, arguments[0].Node)
            : SlotConditions.Text(
                new BinaryNode(call.Offset, function.Binary!, arguments[0].Node, arguments[1].Node), function.Name, arguments[0].Node, arguments[1].Node);
        Bound bound = CelBinder.Fold(node, result, arguments);
        if (scope.IsChecked && !bound.IsConstant && arguments.All(argument => argument.IsConstant))
        {
            Report(node);
        }

        return bound;
    }

    // A call with constants that fails will always fail: a date that is none, a number that does not fit.
    private void Report(CelNode node)
    {
        CelFrame frame = new([], []);
        CelValue value = node.Evaluate(ref frame);
        scope.Check(!value.IsError, value.IsError ? value.AsError.Offset : node.Offset, () => value.AsError.Message);
    }

    private static string Written(CelSyntax call, CelType[] types, bool isMember) => isMember
        ? $"{types[0]}.{call.Text}({string.Join(", ", types.Skip(1))})"
        : $"{call.Text}({string.Join(", ", (object[])types)})";

    private Bound Comprehension(CelSyntax call)
    {
        CelSyntax name = call.Parts[1];
        if (name.Kind != SyntaxKind.Name || name.IsRooted)
        {
            return scope.Problem(name.Offset, $"the first argument of {call.Text}() names a variable, as in {call.Text}(x, …)");
        }

        Bound items = binder.Bind(call.Parts[0]);
        CelType? each = items.Type.Kind switch
        {
            CelKind.List => items.Type.Element,
            CelKind.Map => items.Type.Key,
            CelKind.Dyn => CelType.Dyn,
            _ => null,
        };
        scope.Check(each is not null, call.Offset, () => $"{call.Text}() is for lists and maps; this is {items.Type}");
        each ??= CelType.Dyn;
        int local = scope.OpenLocal(name.Text, each, call.Offset);
        Bound bound = Body(call, new CelRange(items.Node, local, call.Size - call.Parts[0].Size), each);
        scope.CloseLocal();
        return bound;
    }

    private Bound Body(CelSyntax call, CelRange range, CelType each)
    {
        int offset = call.Offset;
        if (call.Text == "map")
        {
            CelNode? condition = call.Parts.Length == 4 ? binder.Condition(call.Parts[2], "the condition of map()") : null;
            Bound result = binder.Bind(call.Parts[^1]);
            return new Bound(new CollectNode(offset, range, condition, result.Node), CelType.ListOf(result.Type));
        }

        CelNode test = binder.Condition(call.Parts[2], $"the condition of {call.Text}()");
        return call.Text switch
        {
            "filter" => new Bound(new CollectNode(offset, range, test, null), CelType.ListOf(each)),
            "all" => new Bound(new QuantifierNode(offset, range, test, isAll: true), CelType.Bool),
            "exists" => new Bound(new QuantifierNode(offset, range, test, isAll: false), CelType.Bool),
            _ => new Bound(new ExistsOneNode(offset, range, test), CelType.Bool),
        };
    }
}
