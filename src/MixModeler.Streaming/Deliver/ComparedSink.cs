namespace MixModeler.Streaming.Deliver;

/// <summary>A task's sink; while two versions of its topology are compared, the comparison sees everything that goes out.</summary>
internal sealed class ComparedSink(IRecordSink sink) : IRecordSink
{
    public IVersionComparison? Comparison { get; set; }

    public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Comparison?.Present(topic, key, value);
        sink.Send(topic, partition, key, value);
    }

    public Task FlushAsync(CancellationToken stop) => sink.FlushAsync(stop);
}
