using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// Records that pass one operator, for one who watches. Tasks never wait for him: what he does not take in time, and what is more
/// than people can read, is passed over and counted. Masks are put on here, not on the tasks' threads.
/// </summary>
public sealed class LiveTap : IDisposable
{
    private const int PerSecondMax = 200;
    private const int WaitingMax = 256;

    private static readonly JsonWriterOptions Dense = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TopologyPlan plan;
    private readonly FlowTaps taps;
    private readonly FlowTap tap;
    private readonly bool raw;
    private readonly Channel<(DateTimeOffset At, TappedRecord Record)> waiting =
        Channel.CreateBounded<(DateTimeOffset, TappedRecord)>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });

    private long untaken;

    internal LiveTap(TopologyPlan plan, FlowTaps taps, string node, IReadOnlyCollection<string> directions, bool raw, TimeProvider time)
    {
        this.plan = plan;
        this.taps = taps;
        this.raw = raw;
        tap = new FlowTap(node, directions, Take, PerSecondMax, time);
        taps.Add(tap);

        void Take(TappedRecord record)
        {
            if (!waiting.Writer.TryWrite((time.GetUtcNow(), record)))
            {
                Interlocked.Increment(ref untaken);
            }
        }
    }

    /// <summary>Records that were not shown.</summary>
    public long PassedOver => tap.PassedOver + Volatile.Read(ref untaken);

    /// <summary>One JSON document a record: `{"at", "node", "direction", "passedOver", "record"}`.</summary>
    public async IAsyncEnumerable<string> LinesAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await foreach ((DateTimeOffset at, TappedRecord record) in waiting.Reader.ReadAllAsync(stop))
        {
            yield return Line(at, record);
        }
    }

    public void Dispose()
    {
        taps.Remove(tap);
        waiting.Writer.TryComplete();
    }

    private string Line(DateTimeOffset at, TappedRecord record)
    {
        using MemoryStream output = new();
        using (Utf8JsonWriter json = new(output, Dense))
        {
            json.WriteStartObject();
            json.WriteString("at"u8, at.UtcDateTime);
            json.WriteString("node"u8, tap.Node);
            json.WriteString("direction"u8, record.Direction);
            json.WriteNumber("passedOver"u8, PassedOver);
            json.WritePropertyName("record"u8);
            Write(json, record);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    private void Write(Utf8JsonWriter json, TappedRecord record)
    {
        Mask mask = Mask.OfLive(plan, Encoding.UTF8.GetString(record.Key.Span));
        if (DeadLetterRecord.Read(record.Value.Span) is not { } letter)
        {
            WriteValue(json, record.Value, mask);
            return;
        }

        // A dead letter holds the refused record as base64, which hides it from eyes but not from anybody else.
        json.WriteStartObject();
        json.WriteString("reason"u8, letter.Reason);
        json.WriteString("detail"u8, raw ? letter.Detail : mask.Plain(letter.Detail));
        json.WriteString("topic"u8, letter.Topic);
        json.WriteNumber("partition"u8, letter.Partition);
        json.WriteNumber("offset"u8, letter.Offset);
        json.WritePropertyName("refused"u8);
        WriteValue(json, letter.Bytes, mask);
        json.WriteEndObject();
    }

    private void WriteValue(Utf8JsonWriter json, ReadOnlyMemory<byte> value, Mask mask)
    {
        if (!raw && mask.Json(value, isIndented: false) is { } masked)
        {
            json.WriteRawValue(masked);
        }
        else if (raw && IsJson(value))
        {
            using JsonDocument document = JsonDocument.Parse(value);
            document.RootElement.WriteTo(json);
        }
        else
        {
            json.WriteStringValue(DeadLetterText.Of(value, mask, raw).Text);
        }
    }

    private static bool IsJson(ReadOnlyMemory<byte> value)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(value);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
