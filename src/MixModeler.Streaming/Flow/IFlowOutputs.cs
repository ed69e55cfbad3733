using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow;

/// <summary>Where the records of a flow go. Each carries the event that it comes from.</summary>
internal interface IFlowOutputs
{
    /// <summary>For the next record; ascending within an event.</summary>
    Origin NextOrigin(string topic);

    void Send(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <param name="node">Where it failed.</param>
    /// <param name="reason">One of few words.</param>
    /// <param name="detail">A sentence.</param>
    /// <param name="record">A record that the flow made itself; empty stands for the event as it came.</param>
    void DeadLetter(string node, string reason, string detail, ReadOnlySpan<byte> record);
}
