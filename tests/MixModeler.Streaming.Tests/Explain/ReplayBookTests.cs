using System.Text;
using MixModeler.Streaming.Explain;

namespace MixModeler.Streaming.Tests.Explain;

public sealed class ReplayBookTests
{
    private static readonly DeadLetterRecord Letter = new() { Reason = "x", Topic = "mm.events", Partition = 1, Offset = 5, TimestampMs = 9 };

    private readonly ReplayBook book = new();
    private long next;

    [Fact]
    public void The_first_claim_holds_and_a_later_one_that_did_not_know_it_does_not()
    {
        Write("claimed", "a");
        Write("claimed", "b");
        Assert.Equal("a", book.Find(Letter, out long at)!.Claim);
        Assert.Equal(0, at);
    }

    [Fact]
    public void A_lapsed_claim_is_taken_over_by_the_first_that_names_it()
    {
        Write("claimed", "a");
        Write("claimed", "b", follows: 0);
        Write("claimed", "c", follows: 0);
        Assert.Equal("b", book.Find(Letter, out _)!.Claim);
        Write("claimed", "d", follows: 1);
        Assert.Equal("d", book.Find(Letter, out _)!.Claim);
    }

    [Fact]
    public void Sent_is_final()
    {
        Write("claimed", "a");
        Write("sent", "a", offset: 99);
        Write("claimed", "b", follows: 0);
        Write("sent", "b", offset: 100);
        Assert.Equal(99, book.Find(Letter, out _)!.Offset);
    }

    [Fact]
    public void A_claim_whose_predecessors_were_compacted_away_holds()
    {
        next = 12;
        Write("claimed", "b", follows: 3);
        Assert.Equal("b", book.Find(Letter, out long at)!.Claim);
        Assert.Equal(12, at);
    }

    [Fact]
    public void A_dead_letter_of_a_replayed_record_names_its_predecessor_and_attempts()
    {
        Write("sent", "a", offset: 99);
        DeadLetterRecord again = new() { Reason = "x", Topic = "mm.events", Partition = 3, Offset = 99 };
        Assert.Equal(new DeadLetterId(0, 7), book.PredecessorOf(again));
        Assert.Equal(2, book.AttemptsBefore(again));
        Assert.Equal(0, book.AttemptsBefore(again with { Offset = 98 }));
    }

    [Fact]
    public void What_is_no_entry_is_counted_and_ignored()
    {
        book.Apply(0, ""u8, """{"state":"sent"}"""u8);
        book.Apply(1, "mm.events/1@5~9"u8, "{"u8);
        book.Apply(2, "mm.events/1@5~9"u8, """{"state":"dreamt"}"""u8);
        Assert.Equal(3, book.Unreadable);
        Assert.Null(book.Find(Letter, out _));
    }

    [Theory]
    [InlineData("", 0x106e08d9u)]
    [InlineData("21", unchecked((uint)-973932308))]
    [InlineData("foobar", unchecked((uint)-790332482))]
    [InlineData("a-little-bit-long-string", unchecked((uint)-985981536))]
    [InlineData("a-little-bit-longer-string", unchecked((uint)-1486304829))]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", unchecked((uint)-58897971))]
    public void Keys_hash_as_Kafka_s_clients_hash_them(string key, uint hash) =>
        Assert.Equal(hash, KeyPartition.Hash(Encoding.UTF8.GetBytes(key)));

    private void Write(string state, string claim, long follows = -1, long offset = -1)
    {
        ReplayEntry entry = new()
        {
            State = state,
            DeadLetter = "0:7",
            Claim = claim,
            Follows = follows,
            Topic = "mm.events",
            Partition = 3,
            Offset = offset,
            Attempt = 2,
        };
        book.Apply(next++, Encoding.UTF8.GetBytes(Letter.RecordName), entry.ToBytes());
    }
}
