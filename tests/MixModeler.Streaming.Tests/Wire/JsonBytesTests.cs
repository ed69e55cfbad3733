using System.Globalization;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Wire;

public sealed class JsonBytesTests
{
    [Fact]
    public void Any_text_reads_back_from_json_as_it_was()
    {
        string everything = string.Concat(Enumerable.Range(0, 0x250).Select(code => (char)code)) + "😀\"\\";
        foreach (string text in new[] { "", "plain", "\"", everything })
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            byte[] room = new byte[JsonBytes.EscapedBytesMax(utf8.Length)];
            int length = JsonBytes.Text(room, utf8);
            Assert.Equal(text, JsonSerializer.Deserialize<string>(room.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_788_256_800_123)]
    [InlineData(951_782_399_999)]
    [InlineData(-62_135_596_800_000)]
    [InlineData(253_402_300_799_999)]
    public void Times_are_written_as_rfc_3339_says(long ms)
    {
        byte[] room = new byte[JsonBytes.TimeBytes];
        Assert.Equal(JsonBytes.TimeBytes, JsonBytes.Time(room, ms));
        string expected = DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        Assert.Equal(expected, Encoding.ASCII.GetString(room));
    }

    [Fact]
    public void Probabilities_keep_nine_decimals()
    {
        const int Seed = 20_261_121;
        Random random = new(Seed);
        for (int i = 0; i < 20_000; i++)
        {
            double value = i < 10_000 ? random.NextDouble() : Math.Pow(10, -12 * random.NextDouble());
            double read = double.Parse(Probability(value), CultureInfo.InvariantCulture);
            Assert.True(Math.Abs(read - value) <= 5.1e-10, $"{value:R} became {read:R} (seed {Seed})");
        }

        Assert.Equal("0", Probability(0));
        Assert.Equal("0", Probability(double.NaN));
        Assert.Equal("0", Probability(-1));
        Assert.Equal("1", Probability(1));
        Assert.Equal("1", Probability(0.999_999_999_9));
        Assert.Equal("0.5", Probability(0.5));
        Assert.Equal("0.000000001", Probability(1e-9));
    }

    private static string Probability(double value)
    {
        byte[] room = new byte[JsonBytes.NumberBytesMax];
        return Encoding.ASCII.GetString(room, 0, JsonBytes.Probability(room, value));
    }
}
