using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Ingest;

/// <summary>
/// A record that only says how late it is: event time moves on although nothing happened, so that windows close and labels settle
/// in a stream that went quiet. Its key is `mm.time`, its value an RFC 3339 date-time.
/// </summary>
public static class TimeMarker
{
    public static ReadOnlySpan<byte> Key => "mm.time"u8;

    /// <summary>The value of a marker.</summary>
    public static byte[] At(DateTimeOffset time) =>
        Encoding.ASCII.GetBytes(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    // A marker is no JSON, so it is looked for among what was refused and costs a good event nothing.
    internal static Rejection Judge(Rejection refusal, RecordBatch batch, int i, ref EventRow row) =>
        batch.Key(i).SequenceEqual(Key) && Rfc3339.TryParse(batch.Value(i), out row.TimeMs) ? Rejection.TimeMarker : refusal;
}
