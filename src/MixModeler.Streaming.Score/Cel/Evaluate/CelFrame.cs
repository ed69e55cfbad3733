using System.Runtime.CompilerServices;

namespace MixModeler.Streaming.Score.Cel.Evaluate;

/// <summary>Three answers of a condition.</summary>
internal enum Truth : byte
{
    No,
    Yes,

    /// <summary>Neither: the reason is in the frame.</summary>
    Failed,
}

/// <summary>What one evaluation reads, holds and may still spend.</summary>
internal ref struct CelFrame
{
    public CelFrame(ReadOnlySpan<CelValue> slots, Span<CelValue> locals)
    {
        Slots = slots;
        Locals = locals;
        Steps = CelLimits.StepsMax;
        Bytes = CelLimits.BytesMax;
    }

    public readonly ReadOnlySpan<CelValue> Slots;

    /// <summary>The variables of the comprehensions around.</summary>
    public readonly Span<CelValue> Locals;

    /// <summary>Why the last condition failed.</summary>
    public CelValue Failure;

    public long Steps;
    public long Bytes;

    public readonly bool IsSpent => Steps < 0 || Bytes < 0;

    /// <summary>Takes work off what is left; false once there is none.</summary>
    public bool Spend(long steps) => (Steps -= steps) >= 0;

    /// <summary>Takes off what looking at all of a text costs.</summary>
    public void SpendText(in CelValue value)
    {
        const int BytesPerStep = 16;
        if (value.Kind is CelKind.String or CelKind.Bytes)
        {
            Steps -= value.AsUtf8.Length / BytesPerStep;
        }
    }

    public bool SpendBytes(long bytes) => (Bytes -= bytes) >= 0;

    public Truth Fail(in CelValue error)
    {
        Failure = error;
        return Truth.Failed;
    }

    public static CelValue LimitError(int offset) =>
        CelValue.Of(CelErrorCode.LimitExceeded, offset, "this evaluation takes more steps or memory than one may");
}

[InlineArray(CelLimits.ComprehensionsMax)]
internal struct CelLocals
{
    private CelValue first;
}
