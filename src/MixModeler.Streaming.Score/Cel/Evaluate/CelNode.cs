namespace MixModeler.Streaming.Score.Cel.Evaluate;

// Hot path, once per event and expression. Budget: 0 B for scalar results.

/// <summary>A step of a compiled expression. Composed once, holds no state of an evaluation, used by any thread.</summary>
internal abstract class CelNode(int offset)
{
    /// <summary>The place in the expression.</summary>
    public int Offset { get; } = offset;

    public abstract CelValue Evaluate(ref CelFrame frame);

    /// <summary>As a condition: nothing but true is yes.</summary>
    public virtual Truth Test(ref CelFrame frame)
    {
        CelValue value = Evaluate(ref frame);
        if (value.Kind == CelKind.Bool)
        {
            return value.AsBool ? Truth.Yes : Truth.No;
        }

        return frame.Fail(value.IsError ? value : NoOverload($"a condition is a bool, not {value.KindName}"));
    }

    protected CelValue NoOverload(string detail) => CelValue.Of(CelErrorCode.NoSuchOverload, Offset, detail);
}

/// <summary>A node whose answer is a condition.</summary>
internal abstract class CelCondition(int offset) : CelNode(offset)
{
    public sealed override CelValue Evaluate(ref CelFrame frame) => Test(ref frame) switch
    {
        Truth.Yes => CelValue.True,
        Truth.No => CelValue.False,
        _ => frame.Failure,
    };

    public abstract override Truth Test(ref CelFrame frame);
}

internal sealed class ConstantNode(int offset, CelValue value) : CelNode(offset)
{
    public CelValue Value { get; } = value;

    public override CelValue Evaluate(ref CelFrame frame) => Value;
}

/// <summary>What is known to fail before it is evaluated: it fails then, so that `||` can still pass over it.</summary>
internal sealed class FailingNode(int offset, CelErrorCode code, string detail) : CelNode(offset)
{
    private readonly CelValue error = CelValue.Of(code, offset, detail);

    public override CelValue Evaluate(ref CelFrame frame) => error;
}

internal sealed class SlotNode(int offset, int slot, string name) : CelNode(offset)
{
    public int Slot { get; } = slot;

    public override CelValue Evaluate(ref CelFrame frame)
    {
        ref readonly CelValue value = ref frame.Slots[Slot];
        return value.Kind == CelKind.Absent ? CelValue.Of(CelErrorCode.NoSuchKey, Offset, name) : value;
    }
}

internal sealed class LocalNode(int offset, int local) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame) => frame.Locals[local];
}

/// <summary>has(record.field): one of its slots is filled.</summary>
internal sealed class HasSlotNode(int offset, int slot, int count) : CelCondition(offset)
{
    public override Truth Test(ref CelFrame frame)
    {
        foreach (ref readonly CelValue value in frame.Slots.Slice(slot, count))
        {
            if (value.Kind != CelKind.Absent)
            {
                return Truth.Yes;
            }
        }

        return Truth.No;
    }
}

internal sealed class HasNode(int offset, CelNode operand, string field) : CelCondition(offset)
{
    private readonly CelValue key = CelValue.Of(field);

    public override Truth Test(ref CelFrame frame)
    {
        CelValue map = operand.Evaluate(ref frame);
        return map.Kind switch
        {
            CelKind.Map => map.AsMap.Has(key) ? Truth.Yes : Truth.No,
            CelKind.Error => frame.Fail(map),
            _ => frame.Fail(NoOverload($"{map.KindName} has no fields")),
        };
    }
}

internal sealed class SelectNode(int offset, CelNode operand, string field) : CelNode(offset)
{
    private readonly CelValue key = CelValue.Of(field);

    public override CelValue Evaluate(ref CelFrame frame)
    {
        CelValue map = operand.Evaluate(ref frame);
        return map.Kind switch
        {
            CelKind.Map => map.AsMap.TryGet(key, out CelValue value) ? value : CelValue.Of(CelErrorCode.NoSuchKey, Offset, field),
            CelKind.Error => map,
            _ => NoOverload($"{map.KindName} has no field"),
        };
    }
}

internal sealed class IndexNode(int offset, CelNode operand, CelNode index) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame)
    {
        CelValue container = operand.Evaluate(ref frame);
        if (container.IsError)
        {
            return container;
        }

        CelValue key = index.Evaluate(ref frame);
        if (key.IsError)
        {
            return key;
        }

        frame.SpendText(key);
        return container.Kind switch
        {
            CelKind.Map => container.AsMap.TryGet(key, out CelValue value) ? value : CelValue.Of(CelErrorCode.NoSuchKey, Offset, Shown(key)),
            CelKind.List => At(container.AsList, key),
            _ => NoOverload($"{container.KindName}[{key.KindName}]"),
        };
    }

    /// <summary>A key as a message shows it: never a page.</summary>
    internal static string Shown(in CelValue key)
    {
        const int BytesMax = 200;
        bool isShort = key.Kind is not (CelKind.List or CelKind.Map or CelKind.String or CelKind.Bytes)
            || (key.Kind == CelKind.String && key.AsUtf8.Length <= BytesMax);
        return isShort ? key.ToString() : $"a {key.KindName}";
    }

    private CelValue At(ReadOnlySpan<CelValue> list, in CelValue key)
    {
        long place;
        switch (key.Kind)
        {
            case CelKind.Int:
                place = key.AsInt;
                break;
            case CelKind.UInt:
                place = key.AsUInt > int.MaxValue ? -1 : key.AsInt;
                break;
            case CelKind.Double when key.AsDouble == Math.Floor(key.AsDouble):
                place = key.AsDouble is >= 0 and < int.MaxValue ? (long)key.AsDouble : -1;
                break;
            default:
                return CelValue.Of(CelErrorCode.InvalidArgument, Offset, $"a list's index is a whole number, not {key.KindName}");
        }

        return place >= 0 && place < list.Length ? list[(int)place] : CelValue.Of(CelErrorCode.IndexOutOfRange, Offset, Shown(key));
    }
}

internal sealed class ListNode(int offset, CelNode[] items) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame)
    {
        if (!frame.SpendBytes(items.Length * 24L))
        {
            return CelFrame.LimitError(Offset);
        }

        CelValue[] values = new CelValue[items.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = items[i].Evaluate(ref frame);
            if (values[i].IsError)
            {
                return values[i];
            }
        }

        return CelValue.Of(values);
    }
}

internal sealed class MapNode(int offset, CelNode[] keys, CelNode[] values) : CelNode(offset)
{
    public override CelValue Evaluate(ref CelFrame frame)
    {
        if (!frame.SpendBytes(keys.Length * 80L))
        {
            return CelFrame.LimitError(Offset);
        }

        CelValue[] keysFound = new CelValue[keys.Length];
        CelValue[] valuesFound = new CelValue[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            keysFound[i] = keys[i].Evaluate(ref frame);
            valuesFound[i] = values[i].Evaluate(ref frame);
            if (keysFound[i].IsError || valuesFound[i].IsError)
            {
                return keysFound[i].IsError ? keysFound[i] : valuesFound[i];
            }

            frame.SpendText(keysFound[i]);
            if (!CelMap.IsKey(keysFound[i].Kind))
            {
                return CelValue.Of(CelErrorCode.UnsupportedKey, keys[i].Offset, keysFound[i].KindName);
            }
        }

        return CelMap.TryCreate(keysFound, valuesFound, out CelMap? map, out int duplicate)
            ? CelValue.Of(map)
            : CelValue.Of(CelErrorCode.DuplicateKey, keys[duplicate].Offset, IndexNode.Shown(keysFound[duplicate]));
    }
}
