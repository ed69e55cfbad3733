using MixModeler.Streaming.Flow.Keep;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Topology.Operators.Custom;

namespace MixModeler.Streaming.Flow.Steps;

/// <summary>An operator of somebody's own. Nothing of it counts before it has returned, so it can be tried again.</summary>
internal sealed class CustomStep(FlowNode node, int place, CustomSettings settings) : IFlowStep, IRepeatable
{
    private readonly ICustomOperator operation = settings.Create();
    private readonly CustomRecord record = new(settings.Contract);
    private readonly AddedSlots slots = new(node, settings.Contract.Adds.Length);
    private readonly int[] reads = [.. settings.Reads];

    public int Process(FlowFrame frame, int port)
    {
        CustomMemory? memory = node.StateIndex < 0 ? null : (CustomMemory)frame.Memories[node.StateIndex];
        record.Begin(frame.TimeMs, frame.Key, memory?.Bytes ?? [], frame.From(node.Inputs[0]), reads);
        try
        {
            operation.Process(record);
        }
        catch (Exception failed)
        {
            // Whatever somebody's code throws is a failure of the record; the task goes on.
            return frame.Fail("operator-failed", $"{failed.GetType().Name}: {failed.Message}");
        }

        if (memory is not null)
        {
            memory.Bytes = record.Kept;
        }

        // What stands behind may come back here by another way: what is emitted is taken first.
        foreach (CelValue[] values in record.Emitted.ToArray())
        {
            values.CopyTo(slots.Copy(frame));
            frame.Emit(place, 0);
        }

        return IFlowStep.Done;
    }
}
