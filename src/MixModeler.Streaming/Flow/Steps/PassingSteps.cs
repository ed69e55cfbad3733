using MixModeler.Streaming.Flow.Keep;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Steps;

// Hot path, once per record. Budget: 0 B. Held by FlowAllocationTests.

/// <summary>Passes what a predicate holds for.</summary>
internal sealed class FilterStep(FlowNode node, FilterSettings settings) : IFlowStep
{
    private readonly int input = node.Inputs[0];

    public int Process(FlowFrame frame, int port)
    {
        if (!settings.Where.TryBool(frame.From(input), out bool passes, out CelError error))
        {
            return frame.Fail(error);
        }

        return passes ? 0 : IFlowStep.Done;
    }
}

/// <summary>Copies and computes the fields of what goes out.</summary>
internal sealed class MapStep(FlowNode node, MapSettings settings) : IFlowStep
{
    private readonly MapSlot[] slots = [.. settings.Slots];
    private readonly int input = node.Inputs[0];
    private readonly int output = node.Output;

    public int Process(FlowFrame frame, int port)
    {
        ReadOnlySpan<CelValue> record = frame.From(input);
        Span<CelValue> made = frame.From(output);
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i].Set is not { } program)
            {
                made[i] = record[slots[i].From];
                continue;
            }

            made[i] = program.Evaluate(record);
            if (made[i].IsError)
            {
                return frame.Fail(made[i].AsError);
            }
        }

        return 0;
    }
}

/// <summary>To the first port whose predicate holds.</summary>
internal sealed class BranchStep(FlowNode node, BranchSettings settings) : IFlowStep
{
    private readonly CelProgram[] when = [.. settings.When];
    private readonly int input = node.Inputs[0];

    public int Process(FlowFrame frame, int port)
    {
        ReadOnlySpan<CelValue> record = frame.From(input);
        for (int i = 0; i < when.Length; i++)
        {
            if (!when[i].TryBool(record, out bool holds, out CelError error))
            {
                return frame.Fail(error);
            }

            if (holds)
            {
                return i;
            }
        }

        return when.Length;
    }
}

/// <summary>To the port in whose share of 2⁶⁴ the hash of a value lies.</summary>
internal sealed class SplitStep(FlowNode node, SplitSettings settings) : IFlowStep
{
    private readonly ulong[] bounds = [.. settings.Bounds];
    private readonly int input = node.Inputs[0];
    private byte[] salted = [.. settings.Salt];

    public int Process(FlowFrame frame, int port)
    {
        CelValue value = settings.By.Evaluate(frame.From(input));
        if (value.IsError)
        {
            return frame.Fail(value.AsError);
        }

        if (!ValueHash.IsKey(value.Kind))
        {
            return frame.Fail("expression-failed", $"'by' is {value.KindName} here: a string, bytes, int, uint or bool is needed");
        }

        Span<byte> room = stackalloc byte[ValueHash.RoomBytes];
        ReadOnlySpan<byte> key = ValueHash.Key(value, room);
        int saltBytes = settings.Salt.Length;
        if (salted.Length < saltBytes + key.Length)
        {
            Array.Resize(ref salted, saltBytes + key.Length * 2);
        }

        key.CopyTo(salted.AsSpan(saltBytes));
        ulong hash = Hash128.Of(salted.AsSpan(0, saltBytes + key.Length)).High;
        for (int i = 0; i < bounds.Length - 1; i++)
        {
            if (hash <= bounds[i])
            {
                return i;
            }
        }

        return bounds.Length - 1;
    }
}

/// <summary>One record layout for what comes in by several ways.</summary>
internal sealed class UnionStep(FlowNode node, UnionSettings settings) : IFlowStep
{
    private readonly int[][] copies = [.. settings.Copies.Select(copy => copy.ToArray())];
    private readonly int[] inputs = [.. node.Inputs];

    public int Process(FlowFrame frame, int port)
    {
        ReadOnlySpan<CelValue> record = frame.From(inputs[port]);
        Span<CelValue> made = frame.From(node.Output);
        int[] copy = copies[port];
        for (int i = 0; i < copy.Length; i++)
        {
            made[i] = record[copy[i]];
        }

        return 0;
    }
}

/// <summary>The lane's first node: what comes in stands in its slots already.</summary>
internal sealed class SourceStep : IFlowStep
{
    public int Process(FlowFrame frame, int port) => 0;
}

/// <summary>Hands the record to the main job.</summary>
internal sealed class ProfileStep(FlowNode node, ProfileSettings settings, IProfileStage stage) : IFlowStep
{
    private readonly int fields = node.Schema.Fields.Length;
    private readonly int added = node.Schema.SlotCount - node.Schema.Fields.Length;
    private readonly int[] replacedSlots = [.. settings.Replaced.Select(replaced => replaced.Slot)];
    private readonly CelValue[] replaced = new CelValue[settings.Replaced.Length];

    public int Process(FlowFrame frame, int port)
    {
        ReadOnlySpan<CelValue> record = frame.From(node.Inputs[0]);
        Span<CelValue> made = frame.From(node.Output);
        record[..fields].CopyTo(made);
        for (int i = 0; i < replaced.Length; i++)
        {
            replaced[i] = record[replacedSlots[i]];
        }

        return stage.Apply(replaced, made.Slice(fields, added)) ? 0 : IFlowStep.Done;
    }
}
