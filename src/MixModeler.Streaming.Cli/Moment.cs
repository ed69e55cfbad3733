using System.Globalization;

namespace MixModeler.Streaming.Cli;

/// <summary>A time on the command line: RFC 3339, or how long ago (90s, 15m, 2h, 7d).</summary>
internal static class Moment
{
    /// <summary>Milliseconds since 1970; null where the option is not given.</summary>
    public static long? Read(string option, string? text, TimeProvider time)
    {
        if (text is null)
        {
            return null;
        }

        if (text.Length > 1 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount)
            && UnitMs(text[^1]) is { } unit)
        {
            return time.GetUtcNow().ToUnixTimeMilliseconds() - (long)(amount * unit);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            ? at.ToUnixTimeMilliseconds()
            : throw new CommandException(ExitCode.Usage, $"{option}: '{text}' is neither a time (2026-09-01T10:00:00Z) nor a span (90s, 15m, 2h, 7d).");
    }

    private static double? UnitMs(char unit) => unit switch
    {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => null,
    };
}
