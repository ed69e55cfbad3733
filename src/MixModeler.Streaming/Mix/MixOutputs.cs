using System.Buffers;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>What leaves the owner of the mixes: what each model has come to, by its name, and orders that cannot be done.</summary>
internal sealed class MixOutputs(IRecordSink sink) : IDisposable
{
    private readonly DeadLetter deadLetter = new();
    private readonly ArrayBufferWriter<byte> buffer = new(16_384);
    private bool isWaiting;

    /// <summary>`{"topology", "mix", "identity", "periods", "lastPeriod", "report": as of `mix fit --json`}`.</summary>
    public void Tell(TopologyPlan topology, MixPlan plan, StoredMix stored)
    {
        MixModel model = stored.Model!;
        using MemoryStream report = new();
        MixReportJson.Write(report, model, MixReport.Of(model), stored.CertifiedPeriods == model.Periods ? stored.Certificate : null);
        buffer.ResetWrittenCount();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("topology", topology.Name);
            json.WriteString("mix", plan.Name);
            json.WriteString("identity", plan.Identity);
            json.WriteNumber("periods", model.Periods);
            json.WriteString("lastPeriod", model.History.Dates[^1].ToString("O", System.Globalization.CultureInfo.InvariantCulture));
            json.WritePropertyName("report");
            json.WriteRawValue(report.GetBuffer().AsSpan(0, (int)report.Length), skipInputValidation: true);
            json.WriteEndObject();
        }

        sink.Send(topology.Topics.Measurements, IRecordSink.ByKey, Encoding.UTF8.GetBytes($"{topology.Name}/mix/{plan.Name}"), buffer.WrittenSpan);
        isWaiting = true;
    }

    public void DeadLetter(TopologyPlan topology, string problem, RecordBatch batch, int i)
    {
        ReadOnlySpan<byte> letter = deadLetter.Write(
            "mix-order", problem, topology.Topics.Mix, batch.Partition, batch.Offset(i), batch.TimestampMs(i), batch.Value(i), "mixes");
        sink.Send(topology.Topics.DeadLetter, IRecordSink.ByKey, batch.Key(i), letter);
        isWaiting = true;
    }

    /// <summary>Completes when everything sent so far is safely in the log.</summary>
    public Task FlushAsync(CancellationToken stop)
    {
        bool isNeeded = isWaiting;
        isWaiting = false;
        return isNeeded ? sink.FlushAsync(stop) : Task.CompletedTask;
    }

    public void Dispose() => deadLetter.Dispose();
}
