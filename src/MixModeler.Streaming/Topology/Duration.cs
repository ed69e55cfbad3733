namespace MixModeler.Streaming.Topology;

/// <summary>Durations as people write them: a whole number and a unit, `10s`, `5m`, `1h`, `7d`.</summary>
internal static class Duration
{
    /// <summary>As a regular expression of JSON Schema.</summary>
    public const string Pattern = "^[0-9]{1,9}[smhd]$";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length is < 2 or > 10 || !text[..^1].All(char.IsAsciiDigit))
        {
            return false;
        }

        long unitSeconds = text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => 0,
        };

        // Nine digits of days are a few million years too many for a TimeSpan.
        long seconds = long.Parse(text[..^1], System.Globalization.CultureInfo.InvariantCulture) * unitSeconds;
        if (unitSeconds == 0 || seconds > TimeSpan.MaxValue.TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    public static string Text(TimeSpan duration) => duration.TotalSeconds switch
    {
        >= 86_400 when duration.TotalDays % 1 == 0 => $"{duration.TotalDays}d",
        >= 3_600 when duration.TotalHours % 1 == 0 => $"{duration.TotalHours}h",
        >= 60 when duration.TotalMinutes % 1 == 0 => $"{duration.TotalMinutes}m",
        _ => $"{duration.TotalSeconds}s",
    };
}
