namespace MixModeler.Streaming.Score.Cel.Evaluate;

/// <summary>a &amp;&amp; b &amp;&amp; c: no if any is no, whatever the others do; else the first failure.</summary>
internal sealed class AndNode(int offset, CelNode[] operands) : CelCondition(offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        CelValue failure = default;
        foreach (CelNode operand in operands)
        {
            Truth truth = operand.Test(ref frame);
            if (truth == Truth.No)
            {
                return Truth.No;
            }

            if (truth == Truth.Failed && failure.Kind == CelKind.Absent)
            {
                failure = frame.Failure;
            }
        }

        return failure.Kind == CelKind.Absent ? Truth.Yes : frame.Fail(failure);
    }
}

/// <summary>a || b || c: yes if any is yes, whatever the others do; else the first failure.</summary>
internal sealed class OrNode(int offset, CelNode[] operands) : CelCondition(offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        CelValue failure = default;
        foreach (CelNode operand in operands)
        {
            Truth truth = operand.Test(ref frame);
            if (truth == Truth.Yes)
            {
                return Truth.Yes;
            }

            if (truth == Truth.Failed && failure.Kind == CelKind.Absent)
            {
                failure = frame.Failure;
            }
        }

        return failure.Kind == CelKind.Absent ? Truth.No : frame.Fail(failure);
    }
}

internal sealed class NotNode(int offset, CelNode operand) : CelCondition(offset)
{
    public override Truth Test(ref CelFrame frame) => operand.Test(ref frame) switch
    {
        Truth.Yes => Truth.No,
        Truth.No => Truth.Yes,
        _ => Truth.Failed,
    };
}

internal sealed class ConditionalNode(int offset, CelNode condition, CelNode then, CelNode otherwise) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame) => condition.Test(ref frame) switch
    {
        Truth.Yes => then.Evaluate(ref frame),
        Truth.No => otherwise.Evaluate(ref frame),
        _ => frame.Failure,
    };

    public override Truth Test(ref CelFrame frame) => condition.Test(ref frame) switch
    {
        Truth.Yes => then.Test(ref frame),
        Truth.No => otherwise.Test(ref frame),
        _ => Truth.Failed,
    };
}

internal sealed class EqualNode(int offset, CelNode left, CelNode right, bool isNegated) : CelCondition(offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        CelValue first = left.Evaluate(ref frame);
        if (first.IsError)
        {
            return frame.Fail(first);
        }

        CelValue second = right.Evaluate(ref frame);
        if (second.IsError)
        {
            return frame.Fail(second);
        }

        bool isEqual = CelEquality.AreEqual(first, second, ref frame.Steps);
        return frame.IsSpent ? frame.Fail(CelFrame.LimitError(Offset)) : isEqual != isNegated ? Truth.Yes : Truth.No;
    }
}

internal enum Order : byte
{
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

internal sealed class OrderNode(int offset, Order order, CelNode left, CelNode right) : CelCondition(offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        CelValue first = left.Evaluate(ref frame);
        if (first.IsError)
        {
            return frame.Fail(first);
        }

        CelValue second = right.Evaluate(ref frame);
        if (second.IsError)
        {
            return frame.Fail(second);
        }

        frame.SpendText(first);
        if (!CelEquality.TryCompare(first, second, out int comparison))
        {
            return frame.Fail(NoOverload($"{first.KindName} {CelOperators.Text(order)} {second.KindName}"));
        }

        if (comparison == CelNumbers.Unordered)
        {
            return Truth.No;
        }

        bool holds = order switch
        {
            Order.Less => comparison < 0,
            Order.LessOrEqual => comparison <= 0,
            Order.Greater => comparison > 0,
            _ => comparison >= 0,
        };
        return holds ? Truth.Yes : Truth.No;
    }
}

internal sealed class InNode(int offset, CelNode left, CelNode right) : CelCondition(offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        CelValue item = left.Evaluate(ref frame);
        if (item.IsError)
        {
            return frame.Fail(item);
        }

        CelValue container = right.Evaluate(ref frame);
        if (container.IsError)
        {
            return frame.Fail(container);
        }

        switch (container.Kind)
        {
            case CelKind.Map:
                frame.SpendText(item);
                return container.AsMap.Has(item) ? Truth.Yes : Truth.No;
            case CelKind.List:
                foreach (ref readonly CelValue each in container.AsList)
                {
                    if (CelEquality.AreEqual(item, each, ref frame.Steps))
                    {
                        return Truth.Yes;
                    }

                    if (frame.IsSpent)
                    {
                        return frame.Fail(CelFrame.LimitError(Offset));
                    }
                }

                return Truth.No;
            default:
                return frame.Fail(NoOverload($"{item.KindName} in {container.KindName}"));
        }
    }
}
