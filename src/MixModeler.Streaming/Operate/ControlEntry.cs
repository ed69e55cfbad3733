using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Operate;

/// <summary>A record on its way into the control log.</summary>
public sealed record ControlEntry(ControlKey Key, byte[] Value)
{
    // A text is the largest that the log has to take: escape what JSON needs, not what HTML would.
    private static readonly ControlJson Readable = new(new JsonSerializerOptions(ControlJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static ControlEntry Of(string topology, string version, VersionRecord record) =>
        Of(ControlKey.OfVersion(topology, version), record, Readable.VersionRecord);

    public static ControlEntry Of(string topology, string change, ChangeRequest record) =>
        Of(ControlKey.OfRequest(topology, change), record, ControlJson.Default.ChangeRequest);

    public static ControlEntry Of(string topology, string change, string nonce, ChangeDecision record) =>
        Of(ControlKey.OfDecision(topology, change, nonce), record, ControlJson.Default.ChangeDecision);

    public static ControlEntry Of(string topology, string change, string nonce, ChangeClosed record) =>
        Of(ControlKey.OfClosed(topology, change, nonce), record, ControlJson.Default.ChangeClosed);

    public static ControlEntry Of(string topology, RunRecord record) =>
        Of(ControlKey.OfRun(topology), record, ControlJson.Default.RunRecord);

    public static ControlEntry Of(string topology, int partition, DrainedRecord record) =>
        Of(ControlKey.OfDrained(topology, partition), record, ControlJson.Default.DrainedRecord);

    public static ControlEntry Of(string topology, string change, string engine, DivergenceRecord record) =>
        Of(ControlKey.OfDivergence(topology, change, engine), record, ControlJson.Default.DivergenceRecord);

    public static ControlEntry Of(string topology, TaskReport report, string by, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(report);
        ControlKey key = ControlKey.OfTask(topology, report.ChangeId, report.Stage, report.Partition);
        return Of(key, TaskEntry.Of(report, by, at), ControlJson.Default.TaskEntry);
    }

    private static ControlEntry Of<T>(ControlKey key, T record, JsonTypeInfo<T> form) =>
        new(key, JsonSerializer.SerializeToUtf8Bytes(record, form));
}
