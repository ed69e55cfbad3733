namespace MixModeler.Streaming.Score.Cel.Evaluate;

/// <summary>
/// The conditions that most expressions are made of: a field beside a constant. Each looks at its slot in place and leaves
/// whatever it does not expect (a field that is absent, another kind) to the general node.
/// </summary>
internal static class SlotConditions
{
    public static CelNode Equal(CelNode general, CelNode left, CelNode right, bool isNegated) => (left, right) switch
    {
        (SlotNode slot, ConstantNode { Value.Kind: CelKind.String } text) => new SlotEqualsTextNode(general, slot.Slot, text.Value, isNegated),
        (ConstantNode { Value.Kind: CelKind.String } text, SlotNode slot) => new SlotEqualsTextNode(general, slot.Slot, text.Value, isNegated),
        (SlotNode slot, ConstantNode { Value.Kind: CelKind.Int } number) => new SlotEqualsIntNode(general, slot.Slot, number.Value.AsInt, isNegated),
        (ConstantNode { Value.Kind: CelKind.Int } number, SlotNode slot) => new SlotEqualsIntNode(general, slot.Slot, number.Value.AsInt, isNegated),
        _ => general,
    };

    public static CelNode Ordered(CelNode general, Order order, CelNode left, CelNode right) => (left, right) switch
    {
        (SlotNode slot, ConstantNode { Value.Kind: CelKind.Double } bound) => new SlotOrderDoubleNode(general, slot.Slot, order, bound.Value.AsDouble),
        (SlotNode slot, ConstantNode { Value.Kind: CelKind.Int } bound) => new SlotOrderIntNode(general, slot.Slot, order, bound.Value.AsInt),
        _ => general,
    };

    public static CelNode Text(CelNode general, string function, CelNode text, CelNode wanted) => (text, wanted) switch
    {
        (SlotNode slot, ConstantNode { Value.Kind: CelKind.String } constant) when function is "startsWith" or "endsWith" =>
            new SlotEdgeNode(general, slot.Slot, constant.Value, function == "startsWith"),
        _ => general,
    };

    public static Truth Of(bool holds) => holds ? Truth.Yes : Truth.No;
}

internal sealed class SlotEqualsTextNode(CelNode general, int slot, CelValue text, bool isNegated) : CelCondition(general.Offset)
{
    private readonly byte[] wanted = text.AsUtf8.ToArray();

    public override Truth Test(ref CelFrame frame)
    {
        ref readonly CelValue value = ref frame.Slots[slot];
        return value.Kind == CelKind.String ? SlotConditions.Of(value.AsUtf8.SequenceEqual(wanted) != isNegated) : general.Test(ref frame);
    }
}

internal sealed class SlotEqualsIntNode(CelNode general, int slot, long wanted, bool isNegated) : CelCondition(general.Offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        ref readonly CelValue value = ref frame.Slots[slot];
        return value.Kind == CelKind.Int ? SlotConditions.Of(value.AsInt == wanted != isNegated) : general.Test(ref frame);
    }
}

internal sealed class SlotOrderDoubleNode(CelNode general, int slot, Order order, double bound) : CelCondition(general.Offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        ref readonly CelValue value = ref frame.Slots[slot];
        if (value.Kind != CelKind.Double)
        {
            return general.Test(ref frame);
        }

        // Not-a-number fails all four.
        double number = value.AsDouble;
        return SlotConditions.Of(order switch
        {
            Order.Less => number < bound,
            Order.LessOrEqual => number <= bound,
            Order.Greater => number > bound,
            _ => number >= bound,
        });
    }
}

internal sealed class SlotOrderIntNode(CelNode general, int slot, Order order, long bound) : CelCondition(general.Offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        ref readonly CelValue value = ref frame.Slots[slot];
        if (value.Kind != CelKind.Int)
        {
            return general.Test(ref frame);
        }

        long number = value.AsInt;
        return SlotConditions.Of(order switch
        {
            Order.Less => number < bound,
            Order.LessOrEqual => number <= bound,
            Order.Greater => number > bound,
            _ => number >= bound,
        });
    }
}

internal sealed class SlotEdgeNode(CelNode general, int slot, CelValue text, bool isStart) : CelCondition(general.Offset)
{
    private readonly byte[] wanted = text.AsUtf8.ToArray();

    public override Truth Test(ref CelFrame frame)
    {
        ref readonly CelValue value = ref frame.Slots[slot];
        if (value.Kind != CelKind.String)
        {
            return general.Test(ref frame);
        }

        return SlotConditions.Of(isStart ? value.AsUtf8.StartsWith(wanted) : value.AsUtf8.EndsWith(wanted));
    }
}
