using MixModeler.Streaming.Score.Cel.Evaluate;

namespace MixModeler.Streaming.Score.Cel.Functions;

/// <summary>getFullYear, getMonth … of a timestamp in UTC or in a zone; hours to milliseconds of a duration too.</summary>
internal sealed class CelClock(string name)
{
    // Looking for a zone that is not there asks the file system.
    private const int StepsOfMissingZone = 5_000;
    private const long NanosecondsPerMs = 1_000_000;
    private const long NanosecondsPerSecond = 1_000 * NanosecondsPerMs;

    public static readonly string[] Names =
    [
        "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "getSeconds",
        "getMilliseconds",
    ];

    public static bool IsOfDurations(string name) => name is "getHours" or "getMinutes" or "getSeconds" or "getMilliseconds";

    public CelValue InUtc(in CelValue value, ref CelFrame frame, int offset)
    {
        if (value.Kind == CelKind.Timestamp)
        {
            return CelValue.Of(Part(CelTime.UtcOf(value.UnixSeconds), value.Nanoseconds));
        }

        long divisor = name switch
        {
            "getHours" => 3_600 * NanosecondsPerSecond,
            "getMinutes" => 60 * NanosecondsPerSecond,
            "getSeconds" => NanosecondsPerSecond,
            _ => NanosecondsPerMs,
        };
        if (value.Kind != CelKind.Duration || !IsOfDurations(name))
        {
            return CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"{value.KindName}.{name}()");
        }

        // Milliseconds are those beyond the last whole second; the others are the whole duration in that unit.
        return CelValue.Of(value.AsNanoseconds / divisor % (name == "getMilliseconds" ? 1_000 : long.MaxValue));
    }

    public CelValue InZone(in CelValue value, in CelValue zone, ref CelFrame frame, int offset)
    {
        if (value.Kind != CelKind.Timestamp || zone.Kind != CelKind.String)
        {
            return CelValue.Of(CelErrorCode.NoSuchOverload, offset, $"{value.KindName}.{name}({zone.KindName})");
        }

        if (!TryOffset(zone.AsUtf8, value.UnixSeconds, out long seconds))
        {
            frame.Steps -= StepsOfMissingZone;
            return CelValue.Of(CelErrorCode.InvalidArgument, offset, $"no time zone '{IndexNode.Shown(zone)}': a name such as Europe/Berlin or an offset such as +05:30");
        }

        // The year before 1 and the one after 9999 exist in other zones for a few hours; no calendar here has them.
        long local = Math.Clamp(value.UnixSeconds + seconds, CelTime.SecondsMin, CelTime.SecondsMax);
        return CelValue.Of(Part(CelTime.UtcOf(local), value.Nanoseconds));
    }

    private static bool TryOffset(ReadOnlySpan<byte> zone, long unixSeconds, out long seconds)
    {
        if (CelTime.TryOffset(zone, out int fixedSeconds))
        {
            seconds = fixedSeconds;
            return true;
        }

        seconds = 0;
        if (!CelZones.TryGet(zone, out TimeZoneInfo? found))
        {
            return false;
        }

        seconds = (long)found.GetUtcOffset(CelTime.UtcOf(unixSeconds)).TotalSeconds;
        return true;
    }

    private long Part(DateTime date, int nanoseconds) => name switch
    {
        "getFullYear" => date.Year,
        "getMonth" => date.Month - 1,
        "getDate" => date.Day,
        "getDayOfMonth" => date.Day - 1,
        "getDayOfWeek" => (int)date.DayOfWeek,
        "getDayOfYear" => date.DayOfYear - 1,
        "getHours" => date.Hour,
        "getMinutes" => date.Minute,
        "getSeconds" => date.Second,
        _ => nanoseconds / NanosecondsPerMs,
    };
}
