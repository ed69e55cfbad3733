using MixModeler.Streaming.Score.Cel.Evaluate;
using MixModeler.Streaming.Score.Cel.Syntax;

namespace MixModeler.Streaming.Score.Cel.Compile;

/// <summary>What a name, or names with dots between them, stand for: a variable, a record's field, a type.</summary>
internal sealed class CelNames(CelScope scope)
{
    private static readonly Dictionary<string, CelType> Types =
        new CelType[]
        {
            CelType.Bool, CelType.Int, CelType.UInt, CelType.Double, CelType.String, CelType.Bytes, CelType.AnyList, CelType.AnyMap,
            CelType.Null, CelType.Type, CelType.Timestamp, CelType.Duration,
        }.ToDictionary(type => CelType.RuntimeName(type.Kind), StringComparer.Ordinal);

    /// <summary>
    /// Binds `a.b.c` from its longest beginning that is declared; the rest are fields. Null where it does not begin with a
    /// name, or with a comprehension's variable, whose fields are found when it is evaluated.
    /// </summary>
    public Bound? TryBind(CelSyntax path, bool isTest)
    {
        List<CelSyntax> steps = [];
        CelSyntax root = path;
        while (root.Kind == SyntaxKind.Select)
        {
            steps.Add(root);
            root = root.Parts[0];
        }

        if (root.Kind != SyntaxKind.Name)
        {
            return null;
        }

        steps.Add(root);
        steps.Reverse();
        int local = root.IsRooted ? -1 : scope.FindLocal(root.Text);
        if (local >= 0)
        {
            return steps.Count > 1 ? null : new Bound(new LocalNode(root.Offset, local), scope.LocalType(local));
        }

        for (int count = steps.Count; count > 0; count--)
        {
            string name = string.Join('.', steps.Take(count).Select(step => step.Text));
            if (scope.Environment.TryGet(name, out CelVariable variable))
            {
                return Fields(steps, count, name, variable, isTest && count < steps.Count);
            }

            if (Types.TryGetValue(name, out CelType? type))
            {
                return Select(new Bound(new ConstantNode(root.Offset, CelValue.Of(type)), CelType.Type), steps, count, isTest);
            }
        }

        return scope.Fail(
            root.Offset,
            $"'{root.Text}' is not declared{CelNearest.Advice(root.Text, scope.Environment.Names, "declared names")}",
            CelErrorCode.UndeclaredName,
            root.Text);
    }

    /// <summary>operand.field of whatever the operand turns out to be.</summary>
    public Bound Select(in Bound operand, CelSyntax select, bool isTest)
    {
        CelKind kind = operand.Type.Kind;
        bool hasFields = kind is CelKind.Dyn || (kind == CelKind.Map && operand.Type.Key!.Accepts(CelType.String));
        CelType type = operand.Type;
        scope.Check(hasFields, select.Offset, () => $"{type} has no field '{select.Text}'; maps with string keys and records have fields");
        return isTest
            ? new Bound(new HasNode(select.Offset, operand.Node, select.Text), CelType.Bool)
            : new Bound(new SelectNode(select.Offset, operand.Node, select.Text), kind == CelKind.Map ? operand.Type.Element! : CelType.Dyn);
    }

    private Bound Fields(List<CelSyntax> steps, int count, string name, CelVariable variable, bool isTest)
    {
        CelType type = variable.Type;
        int slot = variable.Slot;
        while (type.Kind == CelKind.Record)
        {
            if (count == steps.Count)
            {
                return isTest ? Test(steps[^1].Offset, slot, type) : scope.Problem(
                    steps[^1].Offset,
                    $"the record '{name}' has no value of its own; name one of its fields: {string.Join(", ", type.Fields.Select(f => f.Name))}");
            }

            CelSyntax step = steps[count++];
            CelField? field = type.Fields.FirstOrDefault(f => f.Name == step.Text);
            if (field is null)
            {
                string advice = CelNearest.Advice(step.Text, type.Fields.Select(f => f.Name), "fields");
                return scope.Fail(step.Offset, $"'{name}' has no field '{step.Text}'{advice}", CelErrorCode.NoSuchKey, step.Text);
            }

            slot += type.Fields.TakeWhile(f => !ReferenceEquals(f, field)).Sum(f => CelEnvironment.SlotsOf(f.Type));
            name = $"{name}.{step.Text}";
            type = field.Type;
        }

        if (isTest && count == steps.Count)
        {
            return Test(steps[^1].Offset, slot, type);
        }

        scope.Slots.Add(slot);
        return Select(new Bound(new SlotNode(steps[count - 1].Offset, slot, name), type), steps, count, isTest);
    }

    private Bound Test(int offset, int slot, CelType type)
    {
        int count = CelEnvironment.SlotsOf(type);
        scope.Slots.UnionWith(Enumerable.Range(slot, count));
        return new Bound(new HasSlotNode(offset, slot, count), CelType.Bool);
    }

    private Bound Select(Bound operand, List<CelSyntax> steps, int count, bool isTest)
    {
        for (; count < steps.Count; count++)
        {
            operand = Select(operand, steps[count], isTest && count == steps.Count - 1);
        }

        return operand;
    }
}
