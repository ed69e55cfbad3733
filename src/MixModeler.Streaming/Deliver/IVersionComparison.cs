namespace MixModeler.Streaming.Deliver;

/// <summary>Takes what the present and the next version of a topology send for the same events of one partition.</summary>
public interface IVersionComparison
{
    /// <summary>Takes what the present version sends, before it goes out.</summary>
    void Present(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>A sink for the next version, whose records go nowhere else.</summary>
    IRecordSink Next { get; }

    /// <summary>Both versions have committed everything below this offset.</summary>
    void Settle(long offset);
}
