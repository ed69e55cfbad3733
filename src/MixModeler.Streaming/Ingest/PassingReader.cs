namespace MixModeler.Streaming.Ingest;

/// <summary>
/// Passes over every event, as if it only told the time long ago: where a version of a topology has nothing but datasets, events are
/// theirs alone, and a task that came from another version has nothing to do with them.
/// </summary>
internal sealed class PassingReader : IEventSource
{
    private readonly EventBatch events = new(1, 0);

    public EventBatch Read(RecordBatch batch)
    {
        events.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            ref EventRow row = ref events.Add();
            row.Offset = batch.Offset(i);
            row.ReceivedMs = batch.TimestampMs(i);
            row.TimeMs = 0;
            row.Rejection = Rejection.TimeMarker;
        }

        return events;
    }
}
