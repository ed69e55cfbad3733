namespace MixModeler.Streaming.Ingest;

/// <summary>Records into events: those of the producers, or those that a key-by sent.</summary>
internal interface IEventSource
{
    /// <summary>The result is valid until the next call.</summary>
    EventBatch Read(RecordBatch batch);
}
