using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Edge.Tests.Decide;

public sealed class DecisionLogTests
{
    private static readonly Outcome Hero = DecisionPlan.Compile(Sample.Plan()).Unknown(0);

    private readonly byte[] visitor = new byte[Decider.VisitorBytesMax];

    [Fact]
    public void Decisions_come_out_as_they_went_in_and_in_order()
    {
        DecisionLog log = new(4);
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 3; i++)
            {
                Assert.True(log.Add(Decision(0.25 * i), Encoding.UTF8.GetBytes($"v{i}"), 100 + i));
            }

            for (int i = 0; i < 3; i++)
            {
                Assert.True(log.TryTake(out Decision decision, visitor, out int length, out long atMs, out long sequence));
                Assert.Equal(Decision(0.25 * i), decision);
                Assert.Equal($"v{i}", Encoding.UTF8.GetString(visitor, 0, length));
                Assert.Equal(100 + i, atMs);
                Assert.Equal(round * 3 + i + 1, sequence);
            }

            Assert.False(log.TryTake(out _, visitor, out _, out _, out _));
        }
    }

    [Fact]
    public void A_full_ring_drops_counts_and_goes_on_when_there_is_room()
    {
        DecisionLog log = new(4);
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(i < 4, log.Add(Decision(0), "v"u8, i));
        }

        Assert.Equal(2, log.Dropped);
        Assert.Equal(6, log.Decisions);
        Assert.True(log.TryTake(out _, visitor, out _, out _, out _));
        Assert.True(log.Add(Decision(0), "v"u8, 9));
        Assert.Equal(4, log.Waiting);
    }

    [Fact]
    public async Task Many_threads_add_and_every_decision_comes_out_once_and_whole()
    {
        const int Threads = 4;
        const int Each = 50_000;
        DecisionLog log = new(1_024);
        long refused = 0;
        Task[] adding = [.. Enumerable.Range(0, Threads).Select(thread => Task.Run(() => Add(thread)))];
        Task all = Task.WhenAll(adding);
        HashSet<long> seen = [];
        long began = Stopwatch.GetTimestamp();
        while (!all.IsCompleted || log.Waiting > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Wait.LongDeadline, $"{log.Waiting} wait, {seen.Count} came out");
            if (!log.TryTake(out Decision decision, visitor, out int length, out long atMs, out long sequence))
            {
                await Task.Yield();
                continue;
            }

            Assert.Equal(atMs, decision.ModelVersion);
            Assert.Equal($"v{atMs}", Encoding.UTF8.GetString(visitor, 0, length));
            Assert.True(seen.Add(atMs));
            Assert.Equal(seen.Count, sequence);
        }

        await all;
        Assert.Equal(Threads * Each, seen.Count + refused);
        Assert.Equal(refused, log.Dropped);

        void Add(int thread)
        {
            for (int i = 0; i < Each; i++)
            {
                long number = (long)thread * Each + i;
                if (!log.Add(Decision(0.5) with { ModelVersion = number }, Encoding.UTF8.GetBytes($"v{number}"), number))
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }
    }

    [Fact]
    public void A_decision_is_written_as_the_page_on_topics_shows_it()
    {
        DecisionLineWriter writer = new("edge-\"1\"");
        Decision known = new(Hero, 0.13, 18_230, true, 412);
        using JsonDocument json = JsonDocument.Parse(writer.Write(in known, "vïs"u8, Sample.EventMs, 17).ToArray());
        Assert.Equal(
            """{"visitor":"vïs","scope":"home-hero","experience":"welcome","rule":"unknown","score":0.13,"modelVersion":18230,"known":true,"""
            + "\"ageMs\":412,\"at\":\"2026-09-01T10:00:00.000Z\",\"edge\":\"edge-\\\"1\\\"\",\"sequence\":17}",
            json.RootElement.GetRawText());
        Decision unknown = new(Hero, double.NaN, 1, false, -1);
        Assert.Contains(
            "\"score\":null,\"modelVersion\":1,\"known\":false,\"ageMs\":null",
            Encoding.UTF8.GetString(writer.Write(in unknown, "v"u8, 0, 1)),
            StringComparison.Ordinal);
    }

    private static Decision Decision(double score) => new(Hero, score, 1, true, 5);
}
