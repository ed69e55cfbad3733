using System.Text.Json;
using MixModeler.Streaming.Flow.Keep;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Steps;

/// <summary>Fields added behind those that came in; the score and features of a profile move behind them.</summary>
internal readonly struct AddedSlots(FlowNode node, int added)
{
    private readonly int input = node.Inputs[0];
    private readonly int output = node.Output;
    private readonly int fields = node.Schema.Fields.Length - added;
    private readonly int profile = node.Schema.SlotCount - node.Schema.Fields.Length;

    /// <summary>Copies the record; returns the slots to fill.</summary>
    public Span<CelValue> Copy(FlowFrame frame)
    {
        ReadOnlySpan<CelValue> record = frame.From(input);
        Span<CelValue> made = frame.From(output);
        record[..fields].CopyTo(made);
        record.Slice(fields, profile).CopyTo(made[(fields + added)..]);
        return made.Slice(fields, added);
    }
}

/// <summary>Adds the row of a table.</summary>
internal sealed class LookupStep(FlowNode node, LookupSettings settings) : IFlowStep
{
    private readonly AddedSlots slots = new(node, settings.Fields.Length);
    private readonly AddedField[] fields = [.. settings.Fields];

    public int Process(FlowFrame frame, int port)
    {
        CelValue key = settings.Key.Evaluate(frame.From(node.Inputs[0]));
        if (key.IsError)
        {
            return frame.Fail(key.AsError);
        }

        Span<CelValue> made = slots.Copy(frame);
        bool isKnown = settings.Table.TryGet(ValueHash.Of(key), out CelValue[] row);
        for (int i = 0; i < fields.Length; i++)
        {
            made[i] = isKnown && row[i].Kind != CelKind.Absent ? row[i] : fields[i].Default ?? CelValue.Absent;
            if (made[i].Kind == CelKind.Absent && fields[i].Default is null && !isKnown)
            {
                return frame.Fail("no-match", $"the table has no row for {CelJson.ToText(key)}, and '{fields[i].Path}' has no default");
            }
        }

        return 0;
    }
}

/// <summary>Adds fields of the key's profile.</summary>
internal sealed class EnrichStep(FlowNode node, int place, EnrichSettings settings) : IFlowStep
{
    private readonly AddedSlots slots = new(node, settings.Fields.Length);
    private readonly string[][] paths = [.. settings.Fields.Select(field => field.Path.Split('.'))];

    public int Process(FlowFrame frame, int port)
    {
        Span<CelValue> made = slots.Copy(frame);
        JsonElement profile = default;
        try
        {
            if (frame.Profile(place) is { } bytes)
            {
                profile = JsonElement.Parse(bytes);
            }
        }
        catch (JsonException broken)
        {
            return frame.Fail("profile-unreadable", broken.Message);
        }

        for (int i = 0; i < paths.Length; i++)
        {
            AddedField field = settings.Fields[i];
            made[i] = Value(profile, paths[i], field.Type) ?? field.Default ?? CelValue.Absent;
            if (made[i].Kind == CelKind.Absent && profile.ValueKind == JsonValueKind.Undefined)
            {
                return frame.Fail("no-match", $"the key has no profile, and '{field.Path}' has no default");
            }
        }

        return 0;
    }

    private static CelValue? Value(JsonElement element, string[] path, CelType type)
    {
        foreach (string part in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element))
            {
                return null;
            }
        }

        string? text = element.ValueKind switch
        {
            JsonValueKind.String when type.Kind == CelKind.String => element.GetString(),
            JsonValueKind.Number when type.Kind is CelKind.Int or CelKind.Double => element.GetRawText(),
            JsonValueKind.True or JsonValueKind.False when type.Kind == CelKind.Bool => element.GetRawText(),
            _ => null,
        };
        return text is not null && FieldText.TryParse(text, type, out CelValue value) ? value : null;
    }
}

/// <summary>A text as one field for each word.</summary>
internal sealed class OneHotStep(FlowNode node, OneHotSettings settings) : IFlowStep
{
    private readonly AddedSlots slots = new(node, settings.Added);
    private readonly Utf8Symbols words = new(settings.Vocabulary);
    private readonly int wordCount = settings.Vocabulary.Length;

    public int Process(FlowFrame frame, int port)
    {
        CelValue text = settings.Of.Evaluate(frame.From(node.Inputs[0]));
        if (text.IsError)
        {
            return frame.Fail(text.AsError);
        }

        if (text.Kind != CelKind.String)
        {
            return frame.Fail("expression-failed", $"'of' is {text.KindName} here, not a string");
        }

        Span<CelValue> made = slots.Copy(frame);
        made.Fill(CelValue.Of(0L));
        int symbol = words.Find(text.AsUtf8);
        int at = symbol != Utf8Symbols.Other ? symbol - 1
            : settings.Other == OtherWords.Field ? wordCount
            : settings.Other == OtherWords.Hash ? wordCount + (int)(Hash128.Of(text.AsUtf8).High % (ulong)(settings.Added - wordCount))
            : -1;
        if (at >= 0)
        {
            made[at] = CelValue.Of(1L);
        }

        return 0;
    }
}

/// <summary>A linear or logistic model over fields.</summary>
internal sealed class ModelStep(FlowNode node, ModelSettings settings) : IFlowStep
{
    private readonly AddedSlots slots = new(node, 1);
    private readonly double[] weights = [.. settings.Weights];
    private readonly int[] inputs = [.. settings.Slots];

    public int Process(FlowFrame frame, int port)
    {
        ReadOnlySpan<CelValue> record = frame.From(node.Inputs[0]);
        double z = settings.Bias;
        for (int i = 0; i < inputs.Length; i++)
        {
            ref readonly CelValue value = ref record[inputs[i]];
            double number = value.Kind switch
            {
                CelKind.Double => value.AsDouble,
                CelKind.Int => value.AsInt,
                CelKind.UInt => value.AsUInt,
                _ => double.NaN,
            };
            if (!double.IsFinite(number))
            {
                return frame.Fail("input-missing", $"the input {i + 1} of the model is absent or not finite");
            }

            z += weights[i] * number;
        }

        slots.Copy(frame)[0] = CelValue.Of(settings.IsLogistic ? LinearModel.Sigmoid(z) : z);
        return 0;
    }
}
