using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Flow;

/// <summary>
/// What the steps of one lane work on: the values of all records on their way, side by side, and what is kept of the key. One
/// per task; a record's values stay valid until the next record comes in.
/// </summary>
internal sealed class FlowFrame(int slotCount)
{
    private readonly CelValue[] slots = new CelValue[slotCount];

    /// <summary>Time of the record, ms since 1970.</summary>
    public long TimeMs { get; set; }

    /// <summary>Newest event time of the partition, the event's own included.</summary>
    public long NewestMs { get; set; }

    /// <summary>The record was made by the flow: a window, a pair. Its event is not what fails.</summary>
    public bool IsDerived { get; set; }

    /// <summary>The lane's key.</summary>
    public byte[] Key { get; set; } = [];

    /// <summary>What the lane's keeping nodes keep of the key.</summary>
    public OperatorMemory[] Memories { get; set; } = [];

    /// <summary>The key's profile as JSON, of the lookup of this batch; by the place of its node.</summary>
    public Func<int, byte[]?> Profile { get; set; } = static _ => null;

    /// <summary>Set by a step that fails.</summary>
    public string Reason { get; private set; } = "";

    public string Detail { get; private set; } = "";

    /// <summary>By which a step emits more than one record: node, and port.</summary>
    public Action<int, int> Emit { get; set; } = static (_, _) => { };

    /// <summary>Counts a failure that does not stop the record: node, reason.</summary>
    public Action<int, string> Count { get; set; } = static (_, _) => { };

    /// <summary>The values from a slot on.</summary>
    public Span<CelValue> From(int slot) => slots.AsSpan(slot);

    public int Fail(string reason, string detail)
    {
        Reason = reason;
        Detail = detail;
        return IFlowStep.Failed;
    }

    public int Fail(in CelError error) => Fail("expression-failed", error.Message);
}
