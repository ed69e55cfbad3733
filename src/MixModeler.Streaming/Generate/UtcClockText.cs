namespace MixModeler.Streaming.Generate;

/// <summary>Writes times as `2026-01-05T10:00:00.000Z`. The date is kept from call to call: neighbours share their day.</summary>
internal sealed class UtcClockText
{
    public const int Length = 24;
    private const long MsPerDay = 86_400_000;

    private readonly byte[] text = [.. "0000-00-00T00:00:00.000Z"u8];
    private long day = long.MinValue;

    /// <summary>Valid until the next call. For times from 1970 to 9999.</summary>
    public ReadOnlySpan<byte> Write(long unixMs)
    {
        if (unixMs / MsPerDay != day)
        {
            day = unixMs / MsPerDay;
            DateOnly date = DateOnly.FromDayNumber((int)day + new DateOnly(1970, 1, 1).DayNumber);
            Digits(date.Year, 0, 4);
            Digits(date.Month, 5, 2);
            Digits(date.Day, 8, 2);
        }

        int ms = (int)(unixMs - day * MsPerDay);
        Digits(ms / 3_600_000, 11, 2);
        Digits(ms / 60_000 % 60, 14, 2);
        Digits(ms / 1_000 % 60, 17, 2);
        Digits(ms % 1_000, 20, 3);
        return text;
    }

    private void Digits(int value, int start, int count)
    {
        for (int i = start + count - 1; i >= start; i--)
        {
            text[i] = (byte)('0' + value % 10);
            value /= 10;
        }
    }
}
