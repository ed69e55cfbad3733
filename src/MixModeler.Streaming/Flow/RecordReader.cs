using MixModeler.Streaming.Flow.Keep;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Flow;

/// <summary>Reads records of a kind of the operator's own: which field is the key, and which the time, says the source.</summary>
internal sealed class RecordReader : IEventSource
{
    private readonly EventBatch events = new(0, 0);
    private readonly CelValue[] found = new CelValue[2];
    private readonly FieldReader fields;
    private readonly bool hasTime;

    public RecordReader(RecordSourcePlan source)
    {
        List<FieldRead> reads = [];
        foreach (FieldPlan field in source.Fields)
        {
            if (field.Name == source.Key)
            {
                reads.Add(new FieldRead(field.Path, 0, TypeOf(field.Type)));
            }

            if (field.Name == source.Time)
            {
                reads.Add(new FieldRead(field.Path, 1, CelType.Timestamp));
            }
        }

        hasTime = source.Time is not null;
        fields = new FieldReader(reads);
    }

    public EventBatch Read(RecordBatch batch)
    {
        events.Clear();
        Span<byte> room = stackalloc byte[ValueHash.RoomBytes];
        for (int i = 0; i < batch.Count; i++)
        {
            ref EventRow row = ref events.Add();
            row.Offset = batch.Offset(i);
            row.ReceivedMs = batch.TimestampMs(i);
            row.TimeMs = batch.TimestampMs(i);
            if (!TryRead(batch.Segment(i)))
            {
                row.Rejection = Rejection.MalformedJson;
                continue;
            }

            ReadOnlySpan<byte> key = ValueHash.IsKey(found[0].Kind) ? ValueHash.Key(found[0], room) : [];
            row.Rejection = key.Length is 0 ? Rejection.VisitorMissing
                : key.Length > EventBatch.VisitorBytesMax ? Rejection.VisitorTooLong
                : hasTime && found[1].Kind != CelKind.Timestamp ? Rejection.TimestampMissing
                : Rejection.None;
            if (row.Rejection == Rejection.None)
            {
                events.SetVisitor(ref row, key);
                row.TimeMs = hasTime ? found[1].UnixSeconds * 1_000 + found[1].Nanoseconds / 1_000_000 : row.TimeMs;
            }
        }

        return events;
    }

    private bool TryRead(ArraySegment<byte> json)
    {
        try
        {
            fields.Read(json, found);
            return true;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static CelType TypeOf(FieldType type) => type switch
    {
        FieldType.Int => CelType.Int,
        FieldType.Bool => CelType.Bool,
        FieldType.Double => CelType.Double,
        _ => CelType.String,
    };
}
