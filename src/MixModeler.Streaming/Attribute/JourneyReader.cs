using System.Globalization;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Attribute;

/// <summary>Reads records into touches and conversions of a model: one pass over the JSON, only at the paths that the model names.</summary>
internal sealed class JourneyReader
{
    private readonly AttributionPlan plan;
    private readonly RecordFields fields = new([]);
    private readonly EventNames names;
    private readonly long futureMaxMs;
    private readonly int id;
    private readonly int time;
    private readonly int value;
    private readonly int version;
    private readonly int removed;
    private readonly int sameAs;
    private readonly int region;
    private readonly int[] passthrough;
    private readonly EventQuestion conversion;
    private readonly EventQuestion? eligible;
    private readonly EventQuestion[] touchpoints;
    private readonly List<JourneyRow> rows = [];

    public JourneyReader(AttributionPlan plan, SourcePlan source)
    {
        this.plan = plan;
        futureMaxMs = (long)source.FutureMax.TotalMilliseconds;
        names = new EventNames(source, fields);
        id = fields.SlotOf("_id");
        time = fields.SlotOf("timestamp");
        value = SlotOf(plan.ValuePath);
        version = SlotOf(plan.VersionPath);
        removed = SlotOf(plan.RemovedPath);
        sameAs = SlotOf(plan.SameAsPath);
        region = SlotOf(plan.RegionPath);
        passthrough = [.. plan.Passthrough.Select(fields.SlotOf)];
        conversion = new EventQuestion(plan.Conversion, fields);
        eligible = plan.Eligible is null ? null : new EventQuestion(plan.Eligible, fields);
        touchpoints = [.. plan.Touchpoints.Select(each => new EventQuestion(each.Match, fields))];
        fields.Complete();
    }

    /// <summary>One row for each record; valid until the next call.</summary>
    public IReadOnlyList<JourneyRow> Read(RecordBatch batch)
    {
        while (rows.Count < batch.Count)
        {
            rows.Add(new JourneyRow());
        }

        for (int i = 0; i < batch.Count; i++)
        {
            JourneyRow row = rows[i];
            row.Offset = batch.Offset(i);
            row.SameAs = null;
            row.Kind = fields.Read(batch.Segment(i)) == RecordForm.Read ? ReadOne(row, batch.TimestampMs(i))
                : batch.Key(i).SequenceEqual(TimeMarker.Key) && Rfc3339.TryParse(batch.Value(i), out long at) ? Marked(row, at)
                : JourneyRowKind.Refused;
        }

        return rows;
    }

    private static JourneyRowKind Marked(JourneyRow row, long at)
    {
        row.TimeMs = at;
        return JourneyRowKind.TimeMarker;
    }

    private JourneyRowKind ReadOne(JourneyRow row, long receivedMs)
    {
        ReadOnlySpan<byte> visitor = names.VisitorOf(fields);
        if (visitor.IsEmpty || !IsText(id) || fields.Text(id).IsEmpty || !IsText(time)
            || !Rfc3339.TryParse(fields.Text(time), out long at) || at > receivedMs + futureMaxMs)
        {
            return JourneyRowKind.Refused;
        }

        row.TimeMs = at;
        row.Visitor = Encoding.UTF8.GetString(visitor);
        row.SameAs = IsText(sameAs) && fields.Text(sameAs).Length is > 0 and <= EventBatch.VisitorBytesMax ? TextOf(sameAs) : null;
        if (eligible is not null && !eligible.Holds(fields))
        {
            return JourneyRowKind.NotEligible;
        }

        row.Region = plan.RegionConversions > 0 && IsText(region) ? TextOf(region) : "";
        bool isConversion = conversion.Holds(fields);
        row.Channel = isConversion ? -1 : Array.FindIndex(touchpoints, touchpoint => touchpoint.Holds(fields));
        if (!isConversion && row.Channel < 0)
        {
            return JourneyRowKind.Seen;
        }

        row.EventId = TextOf(id);
        row.IsRemoved = removed >= 0 && fields.Kind(removed) == FieldKind.True;
        if (!TryReadVersion(row) || (isConversion && !TryReadValue(row)))
        {
            return JourneyRowKind.Invalid;
        }

        row.Note = isConversion ? NoteOf() : "";
        return isConversion ? JourneyRowKind.Conversion : JourneyRowKind.Touch;
    }

    private bool TryReadValue(JourneyRow row)
    {
        row.Value = 1;
        if (value < 0 || !fields.Exists(value) || row.IsRemoved)
        {
            return true;
        }

        if (fields.Kind(value) == FieldKind.Number
            && double.TryParse(fields.Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && Math.Abs(number) < 1e15)
        {
            row.Value = number;
            return true;
        }

        row.Detail = $"'{plan.ValuePath}', what the conversion is worth, must be a number below 10^15, not {MetricRules.Shown(fields, value)}.";
        return false;
    }

    private bool TryReadVersion(JourneyRow row)
    {
        row.Version = 0;
        if (version < 0 || !fields.Exists(version))
        {
            return true;
        }

        if (fields.Kind(version) == FieldKind.Number
            && long.TryParse(fields.Text(version), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            row.Version = number;
            return true;
        }

        row.Detail = $"'{plan.VersionPath}', the version of the event, must be a whole number, not {MetricRules.Shown(fields, version)}.";
        return false;
    }

    private string NoteOf()
    {
        string segment = IsText(region) ? TextOf(region) : "";
        StringBuilder carried = new();
        foreach (int slot in passthrough)
        {
            if (fields.Exists(slot) && fields.Kind(slot) is not (FieldKind.Broken or FieldKind.Object))
            {
                string json = fields.Kind(slot) == FieldKind.Text ? JsonSerializer.Serialize(TextOf(slot)) : TextOf(slot);
                carried.Append(carried.Length == 0 ? '{' : ',').Append(JsonSerializer.Serialize(fields.Path(slot))).Append(':').Append(json);
            }
        }

        return ConversionNote.Of(segment, carried.Length == 0 ? "" : carried.Append('}').ToString());
    }

    private int SlotOf(string? path) => path is null ? -1 : fields.SlotOf(path);

    private bool IsText(int slot) => slot >= 0 && fields.Kind(slot) == FieldKind.Text;

    private string TextOf(int slot) => Encoding.UTF8.GetString(fields.Text(slot));
}
