using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Explain;

namespace MixModeler.Streaming.Tests.Deliver;

public sealed class DeadLetterTests
{
    [Fact]
    public void A_dead_letter_names_the_place_and_carries_the_bytes()
    {
        using DeadLetter deadLetter = new();
        byte[] value = [0, 255, 10, 34];

        using JsonDocument written = JsonDocument.Parse(deadLetter.Write("timestamp-missing", "no timestamp at 'timestamp' \u0001", "mm.events", 3, 77, 1_790_000_000_000, value).ToArray());

        JsonElement letter = written.RootElement;
        Assert.Equal(
            ["reason", "detail", "topic", "partition", "offset", "timestampMs", "bytes"],
            letter.EnumerateObject().Select(member => member.Name));
        Assert.Equal("timestamp-missing", letter.GetProperty("reason").GetString());
        Assert.Equal("no timestamp at 'timestamp' \u0001", letter.GetProperty("detail").GetString());
        Assert.Equal(3, letter.GetProperty("partition").GetInt32());
        Assert.Equal(77, letter.GetProperty("offset").GetInt64());
        Assert.Equal(value, letter.GetProperty("bytes").GetBytesFromBase64());
    }

    [Fact]
    public void A_value_too_long_for_another_record_is_cut_and_its_length_stated()
    {
        using DeadLetter deadLetter = new();
        byte[] value = new byte[1_000_000];
        Array.Fill(value, (byte)7);

        byte[] written = deadLetter.Write("json-malformed", "x", "mm.events", 0, 1, 0, value).ToArray();

        Assert.InRange(written.Length, 500_000, 900_000);
        using JsonDocument letter = JsonDocument.Parse(written);
        Assert.Equal(DeadLetter.ValueBytesMax, letter.RootElement.GetProperty("bytes").GetBytesFromBase64().Length);
        Assert.Equal(1_000_000, letter.RootElement.GetProperty("bytesCutFrom").GetInt32());
    }

    [Fact]
    public void What_a_dataset_sets_aside_is_named_by_members_of_its_own()
    {
        using DeadLetter deadLetter = new();
        QuarantinedValue quarantined = new("youtube", "campaign", "marketing.campaignName", "Blck Friday", new DateOnly(2021, 12, 31));

        byte[] written = deadLetter.Write(
            QuarantinedValue.UnknownValue, "a sentence", "mm.summary", 1, 2, 3, "{}"u8, "dataset youtube", quarantined).ToArray();

        DeadLetterRecord read = DeadLetterRecord.Read(written)!;
        Assert.Equal("dataset youtube", read.Node);
        Assert.Equal(
            ("youtube", "campaign", "marketing.campaignName", "Blck Friday", new DateOnly(2021, 12, 31)),
            (read.Dataset, read.Field, read.Path, read.Value, read.Date));
        Assert.Equal(("mm.summary", 1, 2L, 3L), (read.Topic, read.Partition, read.Offset, read.TimestampMs));
    }

    [Fact]
    public void An_endless_value_is_cut_between_characters()
    {
        using DeadLetter deadLetter = new();
        string endless = new string('x', QuarantinedValue.ValueCharsMax - 1) + "\U0001F600" + new string('y', 1_000_000);

        byte[] written = deadLetter.Write(
            QuarantinedValue.UnknownValue, "a sentence", "mm.summary", 0, 0, 0, "{}"u8, null, new("d", "f", "", endless)).ToArray();

        DeadLetterRecord read = DeadLetterRecord.Read(written)!;
        Assert.Equal(new string('x', QuarantinedValue.ValueCharsMax - 1), read.Value);
        Assert.Null(read.Date);
    }
}
