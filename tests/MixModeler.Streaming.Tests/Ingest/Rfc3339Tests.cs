using System.Globalization;
using System.Text;
using MixModeler.Streaming.Ingest;

namespace MixModeler.Streaming.Tests.Ingest;

public class Rfc3339Tests
{
    [Fact]
    public void Every_day_of_four_centuries_agrees_with_the_calendar_of_the_runtime()
    {
        for (DateTimeOffset day = new(1970, 1, 1, 0, 0, 1, TimeSpan.Zero); day.Year < 2370; day = day.AddHours(23.7))
        {
            string text = day.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            Assert.True(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out long ms), text);
            Assert.Equal(day.ToUnixTimeMilliseconds(), ms);
        }
    }

    [Theory]
    [InlineData("2026-09-01T10:00:00+02:00", "2026-09-01T08:00:00.000Z")]
    [InlineData("2026-09-01T00:30:00-01:45", "2026-09-01T02:15:00.000Z")]
    [InlineData("2026-09-01t10:00:00.5z", "2026-09-01T10:00:00.500Z")]
    [InlineData("2026-09-01T10:00:00.123456789Z", "2026-09-01T10:00:00.123Z")]
    [InlineData("2024-02-29T23:59:60Z", "2024-03-01T00:00:00.000Z")]
    public void Offsets_fractions_and_leap_seconds_are_understood(string text, string utc)
    {
        Assert.True(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out long ms));
        Assert.Equal(DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), ms);
    }

    [Theory]
    [InlineData("2026-09-01")]
    [InlineData("2026-09-01T10:00:00")]
    [InlineData("2026-09-01 10:00:00Z")]
    [InlineData("2025-02-29T10:00:00Z")]
    [InlineData("2026-13-01T10:00:00Z")]
    [InlineData("2026-09-01T24:00:00Z")]
    [InlineData("2026-09-01T10:60:00Z")]
    [InlineData("2026-09-01T10:00:00.Z")]
    [InlineData("2026-09-01T10:00:00+0200")]
    [InlineData("2026-09-01T10:00:00+25:00")]
    [InlineData("2026-09-01T10:00:00Zx")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("1970-01-01T00:00:00Z")]
    [InlineData("+026-09-01T10:00:00Z")]
    public void What_is_not_a_full_date_time_is_refused(string text) => Assert.False(Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out _));
}
