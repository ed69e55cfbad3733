using System.Collections.Immutable;
using MixModeler.Streaming.Score.Cel.Compile;
using MixModeler.Streaming.Score.Cel.Evaluate;
using MixModeler.Streaming.Score.Cel.Syntax;

namespace MixModeler.Streaming.Score.Cel;

// Hot path, once per event and expression. Budget: 0 B for scalar results.

/// <summary>A compiled expression. Immutable; any thread may evaluate it.</summary>
public sealed class CelProgram
{
    private readonly CelNode root;
    private readonly bool hasLocals;
    private readonly int slotCount;

    internal CelProgram(string text, Bound bound, CelScope scope, int slotCount)
    {
        Text = text;
        root = bound.Node;
        ResultType = bound.Type;
        Slots = [.. scope.Slots];
        hasLocals = scope.HasLocals;
        this.slotCount = slotCount;
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>What is known of the result; dyn where that is nothing.</summary>
    public CelType ResultType { get; }

    /// <summary>The slots that are read, in order: a reader need not fill any other.</summary>
    public ImmutableArray<int> Slots { get; }

    /// <summary>The value, or an error as a value. A slot that is <see cref="CelKind.Absent"/> is a field that is not there.</summary>
    public CelValue Evaluate(ReadOnlySpan<CelValue> slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots.Length, slotCount);
        return hasLocals ? EvaluateWithLocals(slots) : Finish(slots, []);
    }

    /// <summary>As a condition: false with an error where it is neither true nor false.</summary>
    public bool TryBool(ReadOnlySpan<CelValue> slots, out bool value, out CelError error)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots.Length, slotCount);
        return hasLocals ? TestWithLocals(slots, out value, out error) : Test(slots, [], out value, out error);
    }

    /// <summary>Line and column, from 1, of an error's offset.</summary>
    public (int Line, int Column) PlaceOf(in CelError error) => CelProblems.Place(Text, error.Offset);

    // Apart, so that only those who have variables clear the room for them.
    private CelValue EvaluateWithLocals(ReadOnlySpan<CelValue> slots)
    {
        CelLocals locals = default;
        return Finish(slots, locals);
    }

    private bool TestWithLocals(ReadOnlySpan<CelValue> slots, out bool value, out CelError error)
    {
        CelLocals locals = default;
        return Test(slots, locals, out value, out error);
    }

    private CelValue Finish(ReadOnlySpan<CelValue> slots, Span<CelValue> locals)
    {
        CelFrame frame = new(slots, locals);
        CelValue value = root.Evaluate(ref frame);
        return frame.IsSpent && !value.IsError ? CelFrame.LimitError(root.Offset) : value;
    }

    private bool Test(ReadOnlySpan<CelValue> slots, Span<CelValue> locals, out bool value, out CelError error)
    {
        CelFrame frame = new(slots, locals);
        Truth truth = root.Test(ref frame);
        value = truth == Truth.Yes;
        error = default;
        if (frame.IsSpent)
        {
            frame.Failure = CelFrame.LimitError(root.Offset);
            truth = Truth.Failed;
        }

        if (truth == Truth.Failed)
        {
            value = false;
            error = frame.Failure.AsError;
        }

        return truth != Truth.Failed;
    }
}
