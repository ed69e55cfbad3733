using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Rehearse;

/// <summary>
/// Files as what stands on topics: tables and JSON lines of one dataset, read as `ingest` reads them, and JSON lines of the form
/// {"topic", "key", "value"} of any topics.
/// </summary>
public static class LocalFiles
{
    // As many lines at once; what a line holds is harmonized then.
    private const int LinesPerFlush = 4_096;

    /// <param name="plan">Declares the dataset.</param>
    /// <param name="dataset">Whose rows these are.</param>
    /// <param name="name">As messages call the file.</param>
    /// <param name="open">The file from its beginning.</param>
    /// <param name="sink">Takes the records.</param>
    /// <param name="refused">Told of every row that is none.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>Why nothing of the file can be read, or null.</returns>
    public static async Task<RowFault?> SendRowsAsync(
        TopologyPlan plan, DatasetPlan dataset, string name, Func<Stream> open, IRecordSink sink, Action<string> refused, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        FileDelivery delivery = new(RecordForm.Of(dataset, plan.Topics), plan, sink, new FileDeliveryOptions
        {
            Name = name,
            DeadLetterTopic = plan.Topics.DeadLetter,
            Refused = refused,
        });
        return await delivery.RunAsync(open, null, stop);
    }

    /// <summary>Lines of topics; the first that is none ends it, with its number.</summary>
    /// <exception cref="InvalidDataException">A line is not of this form.</exception>
    public static async Task SendRecordsAsync(TopologyPlan plan, string name, Stream input, IRecordSink sink, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(sink);
        using StreamReader lines = new(input, Encoding.UTF8, leaveOpen: true);
        long number = 0;
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            (string topic, byte[] key, byte[] value) = Read(line) is { } record
                ? record
                : throw new InvalidDataException($"{name}:{number}: a line is {{\"topic\":\"summary\",\"key\":\"…\",\"value\":{{…}}}}; name a file of one dataset's rows as DATASET=FILE");
            sink.Send(topic.StartsWith(plan.Topics.Prefix, StringComparison.Ordinal) ? topic : plan.Topics.Prefix + topic, IRecordSink.ByKey, key, value);
            if (number % LinesPerFlush == 0)
            {
                await sink.FlushAsync(stop);
            }
        }

        await sink.FlushAsync(stop);
    }

    // A value that is no object is the record's text, so that broken records can be written down too.
    private static (string Topic, byte[] Key, byte[] Value)? Read(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("topic", out JsonElement topic) || topic.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            string key = root.TryGetProperty("key", out JsonElement its) && its.ValueKind == JsonValueKind.String ? its.GetString()! : "";
            string value = !root.TryGetProperty("value", out JsonElement said) || said.ValueKind == JsonValueKind.Null ? ""
                : said.ValueKind == JsonValueKind.String ? said.GetString()!
                : said.GetRawText();
            return (topic.GetString()!, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
