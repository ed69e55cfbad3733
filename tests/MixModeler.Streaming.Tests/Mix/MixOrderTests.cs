using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

public sealed class MixOrderTests
{
    [Theory]
    [InlineData("""{"mix":"sales","lift":{"id":"spring","channel":"tv","from":"2024-03-04","to":"2024-03-25","measuredTo":"2024-04-01","media":10,"lift":5.5,"error":1.25}}""")]
    [InlineData("""{"mix":"sales","lift":{"id":"north","channel":"tv","from":"2024-03-04","to":"2024-03-25","measuredTo":"2024-04-01","media":1,"lift":5,"error":2,"region":"north"}}""")]
    [InlineData("""{"mix":"sales","removeLift":"spring"}""")]
    [InlineData("""{"mix":"sales","train":{"from":"2023-01-02","to":"2024-12-29"}}""")]
    [InlineData("""{"mix":"sales","train":{}}""")]
    [InlineData("""{"mix":"sales","rescore":true}""")]
    public void An_order_reads_as_it_was_written(string text)
    {
        (MixOrder? order, string problem) = MixOrder.Parse(Encoding.UTF8.GetBytes(text));

        Assert.Equal("", problem);
        using MemoryStream written = new();
        using (Utf8JsonWriter json = new(written))
        {
            order!.Write(json);
        }

        Assert.Equal(text, Encoding.UTF8.GetString(written.ToArray()));
    }

    [Fact]
    public void A_test_of_one_period_is_measured_in_it()
    {
        (MixOrder? order, _) = MixOrder.Parse("""{"mix":"a","lift":{"id":"i","channel":"tv","from":"2024-03-04","media":1,"lift":2,"error":3}}"""u8);

        DateOnly day = new(2024, 3, 4);
        Assert.Equal(new LiftTest("tv", day, day, day, 1, 2, 3), order!.Lift);
    }

    [Theory]
    [InlineData("nonsense", "this is no order in JSON")]
    [InlineData("[]", "an order is an object")]
    [InlineData("{}", "'mix' is a text")]
    [InlineData("""{"mix":"a"}""", "an order asks for one of")]
    [InlineData("""{"mix":"a","rescore":false}""", "an order asks for one of")]
    [InlineData("""{"mix":"a","rescore":true,"removeLift":"x"}""", "an order asks for one of")]
    [InlineData("""{"mix":"a","retrain":{}}""", "an order has no 'retrain'")]
    [InlineData("""{"mix":"a","train":{"from":"2024-01-01","to":"2024-06-30"}}""", "a year or more")]
    [InlineData("""{"mix":"a","train":{"from":"2024-13-01"}}""", "'from' is a date")]
    [InlineData("""{"mix":"a","lift":{"id":"i","channel":"tv","media":1,"lift":2,"error":3}}""", "'from' is missing")]
    [InlineData("""{"mix":"a","lift":{"id":"i","channel":"tv","from":"2024-03-04","to":"2024-02-26","media":1,"lift":2,"error":3}}""", "goes from 'from' to 'to'")]
    [InlineData("""{"mix":"a","lift":{"id":"i","channel":"tv","from":"2024-03-04","media":1,"lift":2,"error":0}}""", "is above 0")]
    [InlineData("""{"mix":"a","lift":{"id":"i","channel":"tv","from":"2024-03-04","media":"1","lift":2,"error":1}}""", "'media' is a number")]
    [InlineData("""{"mix":"a","lift":{"channel":"tv","from":"2024-03-04","media":1,"lift":2,"error":1}}""", "'id' is a text")]
    public void A_wrong_order_says_what_is_wrong(string text, string expected)
    {
        (MixOrder? order, string problem) = MixOrder.Parse(Encoding.UTF8.GetBytes(text));

        Assert.Null(order);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }
}
