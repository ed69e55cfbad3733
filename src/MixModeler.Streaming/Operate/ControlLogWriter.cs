using System.Text;
using MixModeler.Streaming.Deliver;

namespace MixModeler.Streaming.Operate;

/// <summary>Appends to the control log. Safe from any thread; what one call appends stands together and in order.</summary>
public sealed class ControlLogWriter(IRecordSink sink, string topic) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);

    /// <summary>Completes when the records are in the log.</summary>
    /// <exception cref="TaskLostException">They may or may not be in the log.</exception>
    public async Task AppendAsync(IReadOnlyList<ControlEntry> entries, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await gate.WaitAsync(stop);
        try
        {
            foreach (ControlEntry entry in entries)
            {
                sink.Send(topic, 0, Encoding.UTF8.GetBytes(entry.Key.ToString()), entry.Value);
            }

            await sink.FlushAsync(stop);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();
}
