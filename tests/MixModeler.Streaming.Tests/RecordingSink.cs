using System.Text;
using MixModeler.Streaming.Deliver;

namespace MixModeler.Streaming.Tests;

/// <summary>Keeps what was sent, in order; what was not flushed when the task died stays in the log, as with a real one.</summary>
internal sealed class RecordingSink : IRecordSink
{
    public List<(string Topic, int Partition, string Key, string Value)> Sent { get; } = [];

    public IEnumerable<string> On(string topic) => Sent.Where(s => s.Topic == topic).Select(s => s.Value);

    public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Sent.Add((topic, partition, Encoding.UTF8.GetString(key), Encoding.UTF8.GetString(value)));

    public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
}
