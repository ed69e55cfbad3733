using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Attribute;

/// <summary>What leaves an attribution task: scores, each with the event that caused it and its number among that event's scores, and dead letters.</summary>
internal sealed class AttributionOutputs : IDisposable
{
    private readonly AttributionParts parts;
    private readonly ChannelNames channels = new();
    private readonly ScoreLabels labels;
    private readonly DeadLetter deadLetter = new();
    private readonly ArrayBufferWriter<byte> buffer = new(4_096);
    private readonly Utf8JsonWriter json;
    private int ordinal;
    private bool isWaiting;

    public AttributionOutputs(AttributionParts parts)
    {
        this.parts = parts;
        foreach (TouchChannelPlan touchpoint in parts.Model.Touchpoints)
        {
            channels.Intern(touchpoint.Name);
        }

        SourcePlan source = parts.Topology.Source;
        string identity = source.IdentityPaths.Length > 0 ? source.IdentityPaths[0] : "";
        labels = new ScoreLabels(
            parts.Model.Name, identity.StartsWith("identityMap.", StringComparison.Ordinal) ? identity["identityMap.".Length..] : identity);
        json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <summary>The outputs that follow come from another event.</summary>
    public void Start() => ordinal = 0;

    /// <param name="change">A score that came or went.</param>
    /// <param name="offset">Of the event that caused it.</param>
    /// <param name="newestMs">Event time.</param>
    public void Score(ScoreChange change, long offset, long newestMs)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        int number = ordinal++;
        ScoreDocument.Write(json, change, channels, labels, newestMs, first =>
        {
            first.WriteString("topology", parts.Topology.Name);
            first.WriteString("model", parts.Model.Name);
            first.WriteString("identity", parts.Model.Identity);
            first.WriteStartObject("origin");
            first.WriteNumber("partition", parts.Partition);
            first.WriteNumber("offset", offset);
            first.WriteNumber("ordinal", number);
            first.WriteEndObject();
        });
        json.Flush();
        parts.Sink.Send(parts.Topology.Topics.Attribution, IRecordSink.ByKey, Encoding.UTF8.GetBytes(change.Visitor), buffer.WrittenSpan);
        isWaiting = true;
    }

    public void DeadLetter(JourneyRow row, RecordBatch batch, int i)
    {
        ReadOnlySpan<byte> letter = deadLetter.Write(
            "attribution-invalid", $"Attribution {parts.Model.Name}: {row.Detail}", parts.Topology.Topics.Events, parts.Partition, row.Offset,
            batch.TimestampMs(i), batch.Value(i), $"attribution {parts.Model.Name}");
        parts.Sink.Send(parts.Topology.Topics.DeadLetter, IRecordSink.ByKey, batch.Key(i), letter);
        isWaiting = true;
    }

    /// <summary>Completes when everything sent so far is safely in the log.</summary>
    public Task FlushAsync(CancellationToken stop)
    {
        bool isNeeded = isWaiting;
        isWaiting = false;
        return isNeeded ? parts.Sink.FlushAsync(stop) : Task.CompletedTask;
    }

    public void Dispose()
    {
        deadLetter.Dispose();
        json.Dispose();
    }
}
