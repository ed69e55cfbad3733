using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Learn;

public sealed class TrainingExampleTests
{
    private static readonly FeatureSchema Schema = new(
    [
        new Feature("emailsReceived", FeatureKind.Count),
        new Feature("minutes_since_\"click\"", FeatureKind.MinutesSince),
        new Feature("größe", FeatureKind.DecayedSum, 86_400_000),
    ]);

    private const string Sound =
        """{"visitor":"v","at":"2026-09-01T10:00:00.000Z","label":1,"origin":{"partition":3,"offset":1300,"ordinal":0},"features":{"emailsReceived":3,"minutes_since_\"click\"":null,"größe":-2.5}}""";

    [Fact]
    public void An_example_looks_as_the_page_on_topics_shows_it()
    {
        TrainingExampleWriter writer = new(Schema);

        ReadOnlySpan<byte> written = writer.Write("v"u8, 1_788_256_800_000, true, new Origin(3, 1300, 0), [3, double.NaN, -2.5]);

        Assert.Equal(Sound, Encoding.UTF8.GetString(written).Replace("\\u0022", "\\\"", StringComparison.Ordinal));
    }

    [Fact]
    public void An_example_tells_its_label_and_a_reader_checks_how()
    {
        TrainingExampleWriter writer = new(Schema, 0x00ab12cd);
        TrainingExampleReader reader = new(Schema);
        string written = Encoding.UTF8.GetString(writer.Write("v"u8, 1_788_256_800_000, true, new Origin(3, 1300, 0), [3, double.NaN, -2.5]));

        Assert.Contains("\"label\":1,\"labelId\":\"00ab12cd\",\"origin\":", written, StringComparison.Ordinal);
        Assert.True(reader.TryRead(Encoding.UTF8.GetBytes(written), new double[3], out TrainingExample example, out _));
        Assert.Equal(0x00ab12cdu, example.LabelId);
        foreach (string bad in new[] { "\"00ab12c\"", "\"00ab12cdd\"", "\"00ab12cg\"", "7", "null" })
        {
            byte[] json = Encoding.UTF8.GetBytes(written.Replace("\"00ab12cd\"", bad, StringComparison.Ordinal));
            Assert.False(reader.TryRead(json, new double[3], out _, out ExampleRefusal refusal), bad);
            Assert.Equal("label-id-invalid", refusal.Reason);
        }
    }

    [Fact]
    public void A_feature_is_found_under_a_former_name_which_goes_before_the_present_one()
    {
        // What is `größe` now was `emailsSent`; an example with both is older than the name `größe` in its present meaning.
        TrainingExampleReader reader = new(Schema, [new FormerName("emailsSent", 2)]);
        double[] values = new double[3];

        byte[] former = Encoding.UTF8.GetBytes(Sound.Replace("größe", "emailsSent", StringComparison.Ordinal));
        Assert.True(reader.TryRead(former, values, out TrainingExample example, out _));
        Assert.Equal((-2.5, 0, 0), (values[2], example.FeaturesMissing, example.FeaturesUnknown));
        foreach (string both in new[] { "\"größe\":-2.5,\"emailsSent\":4", "\"emailsSent\":4,\"größe\":-2.5" })
        {
            byte[] json = Encoding.UTF8.GetBytes(Sound.Replace("\"größe\":-2.5", both, StringComparison.Ordinal));
            Assert.True(reader.TryRead(json, values, out example, out ExampleRefusal refusal), refusal.Detail);
            Assert.Equal((4, 0), (values[2], example.FeaturesMissing));
        }
    }

    [Fact]
    public void Every_number_reads_back_to_the_same_bits()
    {
        Random random = new(99);
        TrainingExampleWriter writer = new(Schema);
        TrainingExampleReader reader = new(Schema);
        double[] read = new double[3];
        for (int i = 0; i < 20_000; i++)
        {
            double sum = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            double minutes = random.NextInt64(0, long.MaxValue) / 60_000.0;
            double[] values = [random.Next(), i % 3 == 0 ? double.NaN : minutes, double.IsFinite(sum) ? sum : -0.0];
            Origin origin = new(random.Next(), random.NextInt64(), random.Next());
            long atMs = random.NextInt64(1, 200_000_000_000_000);
            bool label = random.Next(2) == 1;

            ReadOnlySpan<byte> json = writer.Write("visitor-ü-\"quoted\""u8, atMs, label, origin, values);

            Assert.True(reader.TryRead(json, read, out TrainingExample example, out ExampleRefusal refusal), refusal.Detail);
            Assert.Equal(new TrainingExample(atMs, label, origin, 0, 0), example);
            Assert.Equal(values.Select(BitConverter.DoubleToInt64Bits), read.Select(BitConverter.DoubleToInt64Bits));
            if (i % 1_000 == 0)
            {
                using JsonDocument document = JsonDocument.Parse(json.ToArray());
                Assert.Equal("visitor-ü-\"quoted\"", document.RootElement.GetProperty("visitor").GetString());
            }
        }
    }

    [Fact]
    public void Order_of_members_and_features_does_not_matter()
    {
        string json = """{"later":[{"a":1}],"features":{"größe":1.5,"minutes_since_\u0022click\u0022":2,"emailsReceived":3},"origin":{"extra":{},"ordinal":2,"offset":1,"partition":0},"label":0,"at":"2026-09-01T12:00:00+02:00","visitor":"v"}""";

        TrainingExample example = Read(json, out double[] values);

        Assert.Equal(new TrainingExample(1_788_256_800_000, false, new Origin(0, 1, 2), 0, 0), example);
        Assert.Equal([3, 2, 1.5], values);
    }

    [Fact]
    public void Unknown_features_are_ignored_missing_ones_stand_for_never_and_both_are_counted()
    {
        string json = Sound.Replace("\"emailsReceived\":3,\"minutes_since_\\\"click\\\"\":null,\"größe\":-2.5", "\"x\":7,\"y\":{\"z\":[1]}", StringComparison.Ordinal);

        TrainingExample example = Read(json, out double[] values);

        Assert.Equal(3, example.FeaturesMissing);
        Assert.Equal(2, example.FeaturesUnknown);
        Assert.Equal([0, double.NaN, 0], values);
    }

    [Theory]
    [InlineData("\"visitor\":\"v\",", "", ExampleRejection.MemberMissing)]
    [InlineData("\"label\":1,", "", ExampleRejection.MemberMissing)]
    [InlineData("\"label\":1,", "\"label\":1,\"label\":0,", ExampleRejection.MemberRepeated)]
    [InlineData("\"emailsReceived\":3", "\"emailsReceived\":3,\"emailsReceived\":3", ExampleRejection.MemberRepeated)]
    [InlineData("\"visitor\":\"v\"", "\"visitor\":\"\"", ExampleRejection.VisitorInvalid)]
    [InlineData("\"visitor\":\"v\"", "\"visitor\":7", ExampleRejection.VisitorInvalid)]
    [InlineData("2026-09-01T10:00:00.000Z", "2026-09-01T10:00:00.000", ExampleRejection.TimeInvalid)]
    [InlineData("2026-09-01T10:00:00.000Z", "yesterday", ExampleRejection.TimeInvalid)]
    [InlineData("\"label\":1", "\"label\":2", ExampleRejection.LabelInvalid)]
    [InlineData("\"label\":1", "\"label\":true", ExampleRejection.LabelInvalid)]
    [InlineData("\"label\":1", "\"label\":0.5", ExampleRejection.LabelInvalid)]
    [InlineData("\"partition\":3", "\"partition\":-3", ExampleRejection.OriginInvalid)]
    [InlineData("\"partition\":3", "\"partition\":4294967299", ExampleRejection.OriginInvalid)]
    [InlineData("\"partition\":3", "\"partition\":3,\"partition\":4", ExampleRejection.OriginInvalid)]
    [InlineData("\"offset\":1300,", "", ExampleRejection.OriginInvalid)]
    [InlineData("\"ordinal\":0", "\"ordinal\":\"0\"", ExampleRejection.OriginInvalid)]
    [InlineData("{\"partition\":3,\"offset\":1300,\"ordinal\":0}", "null", ExampleRejection.OriginInvalid)]
    [InlineData("\"emailsReceived\":3", "\"emailsReceived\":\"3\"", ExampleRejection.FeatureInvalid)]
    [InlineData("\"emailsReceived\":3", "\"emailsReceived\":-1", ExampleRejection.FeatureInvalid)]
    [InlineData("click\\\"\":null", "click\\\"\":-0.1", ExampleRejection.FeatureInvalid)]
    [InlineData("-2.5", "1e999", ExampleRejection.FeatureInvalid)]
    [InlineData("-2.5", "NaN", ExampleRejection.JsonMalformed)]
    [InlineData("-2.5}}", "-2.5}} x", ExampleRejection.JsonMalformed)]
    [InlineData("{\"visitor\"", "[\"visitor\"", ExampleRejection.JsonMalformed)]
    public void What_is_wrong_is_refused_with_its_reason(string sound, string broken, ExampleRejection expected)
    {
        string json = Sound.Replace(sound, broken, StringComparison.Ordinal);
        Assert.NotEqual(Sound, json);

        Assert.False(new TrainingExampleReader(Schema).TryRead(Encoding.UTF8.GetBytes(json), new double[3], out _, out ExampleRefusal refusal));

        Assert.Equal(expected, refusal.Rejection);
        Assert.NotEmpty(refusal.Detail);
        Assert.Matches("^[a-z]+-[a-z]+$", refusal.Reason);
    }

    [Fact]
    public void A_record_cut_at_any_byte_is_refused()
    {
        byte[] json = Encoding.UTF8.GetBytes(Sound);
        TrainingExampleReader reader = new(Schema);
        for (int length = 0; length < json.Length; length++)
        {
            Assert.False(reader.TryRead(json.AsSpan(0, length), new double[3], out _, out _), $"cut at {length}");
        }
    }

    [Fact]
    public void Writing_and_reading_allocate_nothing()
    {
        TrainingExampleWriter writer = new(Schema);
        TrainingExampleReader reader = new(Schema);
        double[] values = [3, double.NaN, -2.5];
        double[] read = new double[3];
        Pass(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(1_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Pass(int times)
        {
            for (int i = 0; i < times; i++)
            {
                ReadOnlySpan<byte> json = writer.Write("some-visitor"u8, 1_788_256_800_000 + i, true, new Origin(3, i, 0), values);
                reader.TryRead(json, read, out _, out _);
            }
        }
    }

    private static TrainingExample Read(string json, out double[] values)
    {
        values = new double[3];
        Assert.True(
            new TrainingExampleReader(Schema).TryRead(Encoding.UTF8.GetBytes(json), values, out TrainingExample example, out ExampleRefusal refusal),
            refusal.Detail);
        return example;
    }
}
