namespace MixModeler.Streaming.Score.Cel.Evaluate;

/// <summary>What a comprehension runs over: the items of a list or the keys of a map.</summary>
/// <param name="Items">A list or map.</param>
/// <param name="Local">Where the variable stands.</param>
/// <param name="Cost">Steps of one turn: the nodes of the body.</param>
internal sealed record CelRange(CelNode Items, int Local, int Cost)
{
    public bool TryStart(ref CelFrame frame, int offset, out CelValue[] items, out CelValue error)
    {
        CelValue value = Items.Evaluate(ref frame);
        items = value.Kind == CelKind.Map ? value.AsMap.KeyArray : [];
        error = value;
        if (value.Kind == CelKind.List)
        {
            items = value.AsArray;
            return true;
        }

        if (!value.IsError)
        {
            error = CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"{value.KindName} is no list and no map");
        }

        return value.Kind == CelKind.Map;
    }

    /// <summary>Makes an item the variable's value; false once the steps are spent.</summary>
    public bool Bind(ref CelFrame frame, in CelValue item)
    {
        frame.Locals[Local] = item;
        return frame.Spend(Cost);
    }
}

/// <summary>all and exists: `&amp;&amp;` and `||` over the items.</summary>
internal sealed class QuantifierNode(int offset, CelRange range, CelNode condition, bool isAll) : CelCondition(offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        if (!range.TryStart(ref frame, Offset, out CelValue[] items, out CelValue error))
        {
            return frame.Fail(error);
        }

        Truth decisive = isAll ? Truth.No : Truth.Yes;
        CelValue failure = default;
        foreach (ref readonly CelValue item in items.AsSpan())
        {
            if (!range.Bind(ref frame, item))
            {
                return frame.Fail(CelFrame.LimitError(Offset));
            }

            Truth truth = condition.Test(ref frame);
            if (truth == decisive)
            {
                return decisive;
            }

            if (truth == Truth.Failed && failure.Kind == CelKind.Absent)
            {
                failure = frame.Failure;
            }
        }

        return failure.Kind != CelKind.Absent ? frame.Fail(failure) : isAll ? Truth.Yes : Truth.No;
    }
}

internal sealed class ExistsOneNode(int offset, CelRange range, CelNode condition) : CelCondition(offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        if (!range.TryStart(ref frame, Offset, out CelValue[] items, out CelValue error))
        {
            return frame.Fail(error);
        }

        long count = 0;
        foreach (ref readonly CelValue item in items.AsSpan())
        {
            if (!range.Bind(ref frame, item))
            {
                return frame.Fail(CelFrame.LimitError(Offset));
            }

            Truth truth = condition.Test(ref frame);
            if (truth == Truth.Failed)
            {
                return Truth.Failed;
            }

            count += truth == Truth.Yes ? 1 : 0;
        }

        return count == 1 ? Truth.Yes : Truth.No;
    }
}

/// <summary>filter (which keeps the item) and map (which keeps what it becomes), each with or without the other.</summary>
internal sealed class CollectNode(int offset, CelRange range, CelNode? condition, CelNode? result) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame)
    {
        if (!range.TryStart(ref frame, Offset, out CelValue[] items, out CelValue error))
        {
            return error;
        }

        if (!frame.SpendBytes(items.Length * 24L))
        {
            return CelFrame.LimitError(Offset);
        }

        CelValue[] kept = new CelValue[items.Length];
        int count = 0;
        foreach (ref readonly CelValue item in items.AsSpan())
        {
            if (!range.Bind(ref frame, item))
            {
                return CelFrame.LimitError(Offset);
            }

            Truth keeps = condition is null ? Truth.Yes : condition.Test(ref frame);
            if (keeps == Truth.Failed)
            {
                return frame.Failure;
            }

            if (keeps == Truth.Yes)
            {
                kept[count] = result is null ? item : result.Evaluate(ref frame);
                if (kept[count++].IsError)
                {
                    return kept[count - 1];
                }
            }
        }

        return CelValue.Of(count == kept.Length ? kept : kept[..count]);
    }
}
