using System.Text.Json;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Ingest;

/// <summary>
/// Reads what a key-by sent: `{"at":…,"origin":{…},"event":{…}}` under its key. The event's fields are left to who knows their types.
/// </summary>
internal sealed class RepartitionReader : IEventSource
{
    private readonly EventBatch events = new(0, 0);

    public EventBatch Read(RecordBatch batch)
    {
        events.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            ref EventRow row = ref events.Add();
            row.Offset = batch.Offset(i);
            row.ReceivedMs = batch.TimestampMs(i);
            ReadOnlySpan<byte> key = batch.Key(i);
            row.Rejection = key.Length is 0 ? Rejection.VisitorMissing
                : key.Length > EventBatch.VisitorBytesMax ? Rejection.VisitorTooLong
                : ReadOne(batch.Value(i), ref row);
            if (row.Rejection == Rejection.None)
            {
                events.SetVisitor(ref row, key);
            }
            else
            {
                row.Rejection = TimeMarker.Judge(row.Rejection, batch, i, ref row);
            }
        }

        return events;
    }

    private static Rejection ReadOne(ReadOnlySpan<byte> json, ref EventRow row)
    {
        Utf8JsonReader reader = new(json);
        bool hasTime = false;
        bool hasOrigin = false;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return Rejection.NotAnObject;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isTime = reader.ValueTextEquals("at"u8);
                bool isOrigin = reader.ValueTextEquals("origin"u8);
                reader.Read();
                if (isTime && reader.TokenType == JsonTokenType.String)
                {
                    hasTime = Rfc3339.TryParse(reader.ValueSpan, out row.TimeMs);
                }
                else if (isOrigin && reader.TokenType == JsonTokenType.StartObject)
                {
                    row.Origin = ReadOrigin(ref reader);
                    hasOrigin = true;
                    continue;
                }

                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return Rejection.MalformedJson;
        }

        return !hasTime ? Rejection.TimestampMissing : hasOrigin ? Rejection.None : Rejection.IdMissing;
    }

    private static Origin ReadOrigin(ref Utf8JsonReader reader)
    {
        (int partition, long offset, int ordinal) = (0, 0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isPartition = reader.ValueTextEquals("partition"u8);
            bool isOffset = reader.ValueTextEquals("offset"u8);
            reader.Read();
            if (isPartition)
            {
                partition = reader.GetInt32();
            }
            else if (isOffset)
            {
                offset = reader.GetInt64();
            }
            else
            {
                ordinal = reader.GetInt32();
            }
        }

        return new Origin(partition, offset, ordinal);
    }
}
