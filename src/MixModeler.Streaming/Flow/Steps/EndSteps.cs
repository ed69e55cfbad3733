using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Flow.Keep;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Steps;

/// <summary>Writes the record to a topic.</summary>
internal sealed class SinkStep(FlowNode node, SinkSettings settings, IFlowOutputs outputs, FlowJson json) : IFlowStep
{
    private readonly int[] slots = [.. settings.Slots];
    private readonly JsonEncodedText[] names = [.. settings.Names.Select(name => JsonEncodedText.Encode(name))];

    public int Process(FlowFrame frame, int port)
    {
        ReadOnlySpan<CelValue> record = frame.From(node.Inputs[0]);
        Span<byte> room = stackalloc byte[ValueHash.RoomBytes];
        scoped ReadOnlySpan<byte> key = frame.Key;
        if (settings.Key is { } program)
        {
            CelValue value = program.Evaluate(record);
            if (value.IsError)
            {
                return frame.Fail(value.AsError);
            }

            key = ValueHash.Key(value, room);
        }

        outputs.Send(settings.Topic, key, json.Sink(frame.TimeMs, outputs.NextOrigin(settings.Topic), record, slots, names));
        return IFlowStep.Done;
    }
}

/// <summary>Sends the record to the lane of another key.</summary>
internal sealed class KeyByStep(FlowNode node, KeyBySettings settings, IFlowOutputs outputs, FlowJson json) : IFlowStep
{
    /// <summary>Longer keys are refused: they stand in keys of every store and topic.</summary>
    public const int KeyBytesMax = 256;

    private readonly int[] slots = [.. Enumerable.Range(0, settings.Names.Length)];
    private readonly JsonEncodedText[] names = [.. settings.Names.Select(name => JsonEncodedText.Encode(name))];

    public int Process(FlowFrame frame, int port)
    {
        ReadOnlySpan<CelValue> record = frame.From(node.Inputs[0]);
        CelValue value = settings.Key.Evaluate(record);
        if (value.IsError)
        {
            return frame.Fail(value.AsError);
        }

        Span<byte> room = stackalloc byte[ValueHash.RoomBytes];
        ReadOnlySpan<byte> key = ValueHash.IsKey(value.Kind) ? ValueHash.Key(value, room) : [];
        if (key.Length is 0 or > KeyBytesMax)
        {
            return frame.Fail("key-too-long", $"the key has {key.Length} bytes; 1 to {KeyBytesMax} are allowed");
        }

        outputs.Send(settings.Topic, key, json.Repartitioned(frame.TimeMs, outputs.NextOrigin(settings.Topic), record, slots, names));
        return 0;
    }
}

/// <summary>Refuses the record.</summary>
internal sealed class DeadLetterStep(FlowNode node, DeadLetterSettings settings, IFlowOutputs outputs, FlowJson json) : IFlowStep
{
    private readonly int[] slots = [.. Enumerable.Range(0, node.Schema.Fields.Length)];
    private readonly JsonEncodedText[] names = [.. node.Schema.Names.Select(name => JsonEncodedText.Encode(name))];

    public int Process(FlowFrame frame, int port)
    {
        ReadOnlySpan<CelValue> record = frame.From(node.Inputs[0]);
        string detail = settings.Reason;
        if (settings.Detail is { } program)
        {
            CelValue value = program.Evaluate(record);
            if (value.IsError)
            {
                return frame.Fail(value.AsError);
            }

            detail = Encoding.UTF8.GetString(value.AsUtf8);
        }

        ReadOnlySpan<byte> made = frame.IsDerived ? json.Fields(record, slots, names) : [];
        outputs.DeadLetter(node.Name, settings.Reason, detail, made);
        return IFlowStep.Done;
    }
}

/// <summary>Tells when the visitor enters and leaves audiences.</summary>
internal sealed class AudiencesStep(FlowNode node, int place, AudiencesSettings settings, IFlowOutputs outputs, FlowJson json) : IFlowStep
{
    private readonly CelProgram[] programs = [.. settings.Is];
    private readonly string[] names = [.. settings.Names];

    /// <summary>Hashes of the names, for the memory.</summary>
    public static ulong[] Hashes(AudiencesSettings settings) => [.. settings.Names.Select(name => Hash128.Of(Encoding.UTF8.GetBytes(name)).High)];

    public int Process(FlowFrame frame, int port)
    {
        AudienceMemory member = (AudienceMemory)frame.Memories[node.StateIndex];
        ReadOnlySpan<CelValue> record = frame.From(node.Inputs[0]);
        for (int i = 0; i < programs.Length; i++)
        {
            if (!programs[i].TryBool(record, out bool isIn, out _))
            {
                frame.Count(place, "expression-failed");
            }
            else if (isIn != member.Has(i))
            {
                member.Set(i, isIn);
                outputs.Send(settings.Topic, frame.Key, json.Audience(frame.Key, names[i], isIn, frame.TimeMs, outputs.NextOrigin(settings.Topic)));
            }
        }

        return 0;
    }
}
