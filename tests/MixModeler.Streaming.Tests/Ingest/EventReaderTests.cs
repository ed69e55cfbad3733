using System.Text;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Wire;
using static MixModeler.Streaming.Tests.TestTopology;

namespace MixModeler.Streaming.Tests.Ingest;

public class EventReaderTests
{
    private static readonly string Good = Event("v1", "click", Day1Ms, "e1");

    private static EventBatch Read(params string[] values) => new EventReader(PlanOf()).Read(Batch(0, values));

    private static Rejection Judged(string value) => Read(value)[0].Rejection;

    [Fact]
    public void A_bare_event_gives_id_time_type_and_visitor()
    {
        EventBatch events = Read(Good);
        Assert.Equal(Rejection.None, events[0].Rejection);
        Assert.Equal(Day1Ms, events[0].TimeMs);
        Assert.Equal("v1", Encoding.UTF8.GetString(events.Visitor(0)));
        Assert.Equal(Hash128.Of("v1"u8), events[0].Visitor);
        Assert.Equal(Hash128.Of("e1"u8), events[0].EventId);
        Assert.NotEqual(Utf8Symbols.Other, events.Symbols(0)[0]);
    }

    [Fact]
    public void The_envelope_is_read_like_the_event_inside_it()
    {
        string wrapped = """{"header":{"msgVersion":"1.0","source":{"name":"x"}},"body":{"xdmMeta":{"schemaRef":{"id":"s"}},"xdmEntity":""" + Good + "}}";
        EventBatch events = Read(wrapped);
        Assert.Equal(Rejection.None, events[0].Rejection);
        Assert.Equal(Day1Ms, events[0].TimeMs);
        Assert.Equal("v1", Encoding.UTF8.GetString(events.Visitor(0)));
    }

    [Fact]
    public void Prefixed_names_mean_the_same_as_bare_ones()
    {
        string prefixed = $$$"""{"@id":"e1","xdm:eventType":"click","xdm:timestamp":"{{{Time(Day1Ms)}}}","xdm:identityMap":{"ECID":[{"xdm:id":"v9"}]},"xdm:channel":{"@id":"search"} }""";
        EventBatch events = Read(prefixed);
        Assert.Equal(Rejection.None, events[0].Rejection);
        Assert.Equal("v9", Encoding.UTF8.GetString(events.Visitor(0)));
        Assert.Equal(1, events.Symbols(0)[1]);
        Assert.Equal(Read(Good)[0].EventId, events[0].EventId);
    }

    [Fact]
    public void The_first_identity_path_wins_wherever_it_stands()
    {
        EventBatch events = Read(
            $$$"""{"identityMap":{"ECID":[{"id":"a"}]},"_id":"e","eventType":"x","timestamp":"{{{Time(Day1Ms)}}}","_luma":{"userid":"b"}}""",
            $$$"""{"_luma":{"userid":"b"},"identityMap":{"ECID":[{"id":"a"}]},"_id":"e","eventType":"x","timestamp":"{{{Time(Day1Ms)}}}"}""");
        Assert.Equal("b", Encoding.UTF8.GetString(events.Visitor(0)));
        Assert.Equal("b", Encoding.UTF8.GetString(events.Visitor(1)));
    }

    [Fact]
    public void In_an_identity_map_the_primary_entry_wins_over_the_first()
    {
        string map = $$$"""{"_id":"e","eventType":"x","timestamp":"{{{Time(Day1Ms)}}}","identityMap":{"CRM":[{"id":"no"}],"ECID":[{"id":"first","primary":false},{"primary":true,"id":"second"}]}}""";
        Assert.Equal("second", Encoding.UTF8.GetString(Read(map).Visitor(0)));
    }

    [Fact]
    public void Escaped_names_and_texts_are_understood()
    {
        string escaped = Good.Replace("\"eventType\"", "\"event\\u0054ype\"", StringComparison.Ordinal).Replace("\"v1\"", "\"v\\u0031\"", StringComparison.Ordinal);
        EventBatch events = Read(escaped);
        Assert.Equal(Rejection.None, events[0].Rejection);
        Assert.Equal("v1", Encoding.UTF8.GetString(events.Visitor(0)));
    }

    [Fact]
    public void Numbers_for_sums_are_taken_where_the_topology_says()
    {
        EventBatch events = Read(Event("v", "x", Day1Ms, "e", ""","channel":{"_id":"search"},"commerce":{"order":{"priceTotal":12.5,"x":[1,{"priceTotal":9}]}}"""));
        Assert.Equal(12.5, events.Amounts(0)[0]);
    }

    [Theory]
    [InlineData("", nameof(Rejection.MalformedJson))]
    [InlineData("{", nameof(Rejection.MalformedJson))]
    [InlineData("{}{}", nameof(Rejection.MalformedJson))]
    [InlineData("{\"a\":}", nameof(Rejection.MalformedJson))]
    [InlineData("\u0001\u0002", nameof(Rejection.MalformedJson))]
    [InlineData("[1,2]", nameof(Rejection.NotAnObject))]
    [InlineData("12", nameof(Rejection.NotAnObject))]
    [InlineData("null", nameof(Rejection.NotAnObject))]
    [InlineData("{}", nameof(Rejection.IdMissing))]
    [InlineData("{\"_id\":5}", nameof(Rejection.IdMissing))]
    [InlineData("{\"_id\":\"\"}", nameof(Rejection.IdMissing))]
    [InlineData("{\"_id\":\"a\"}", nameof(Rejection.TimestampMissing))]
    [InlineData("{\"_id\":\"a\",\"timestamp\":null}", nameof(Rejection.TimestampMissing))]
    [InlineData("{\"_id\":\"a\",\"timestamp\":1790000000}", nameof(Rejection.TimestampInvalid))]
    [InlineData("{\"_id\":\"a\",\"timestamp\":{\"x\":[1]}}", nameof(Rejection.TimestampInvalid))]
    [InlineData("{\"_id\":\"a\",\"timestamp\":\"2026-09-01T00:00:00\"}", nameof(Rejection.TimestampInvalid))]
    [InlineData("{\"_id\":\"a\",\"timestamp\":\"2026-09-01T00:00:00Z\"}", nameof(Rejection.EventTypeMissing))]
    [InlineData("{\"_id\":\"a\",\"timestamp\":\"2026-09-01T00:00:00Z\",\"eventType\":\"x\"}", nameof(Rejection.VisitorMissing))]
    [InlineData("{\"_id\":\"a\",\"timestamp\":\"2099-09-01T00:00:00Z\",\"eventType\":\"x\",\"_luma\":{\"userid\":\"v\"}}", nameof(Rejection.InFuture))]
    public void What_is_no_event_is_refused_with_its_reason(string value, string reason) => Assert.Equal(reason, Judged(value).ToString());

    [Fact]
    public void A_visitor_id_that_is_too_long_is_refused() =>
        Assert.Equal(Rejection.VisitorTooLong, Judged(Event(new string('v', EventBatch.VisitorBytesMax + 1), "x", Day1Ms, "e")));

    [Fact]
    public void An_event_cut_at_any_byte_is_refused_and_the_next_one_is_read()
    {
        EventReader reader = new(PlanOf());
        for (int length = 0; length < Good.Length; length++)
        {
            EventBatch events = reader.Read(Batch(0, Good[..length], Good));
            Assert.Equal(Rejection.MalformedJson, events[0].Rejection);
            Assert.Equal(Rejection.None, events[1].Rejection);
        }
    }

    [Fact]
    public void Random_damage_never_throws()
    {
        const int Seed = 20261121;
        Random random = new(Seed);
        EventReader reader = new(PlanOf());
        byte[] good = Encoding.UTF8.GetBytes(Good);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = [.. good];
            for (int hits = random.Next(1, 4); hits > 0; hits--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            RecordBatch batch = new();
            batch.Add(0, Day1Ms, [], damaged);
            refused += reader.Read(batch)[0].Rejection == Rejection.None ? 0 : 1;
        }

        Assert.True(refused > 1_000, $"seed {Seed}: only {refused} of 20,000 damaged events were refused");
    }
}
