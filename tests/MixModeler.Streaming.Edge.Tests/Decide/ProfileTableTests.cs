using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Tests.Decide;

public sealed class ProfileTableTests
{
    [Fact]
    public void A_row_is_read_as_it_was_put_in()
    {
        ProfileTable table = new(3, 100);
        RowHeader header = Sample.Header("a", 5, receivedMs: 77);
        Assert.Equal(RowOutcome.Added, table.Apply(in header, [1, 2, 3]));
        long[] row = new long[3];
        Assert.True(table.TryRead(header.Visitor, row, out long receivedMs));
        Assert.Equal([1, 2, 3], row);
        Assert.Equal(77, receivedMs);
        Assert.False(table.TryRead(Hash128.Of("b"u8), row, out _));
    }

    [Fact]
    public void Only_a_newer_offset_of_the_same_partition_replaces_a_row()
    {
        ProfileTable table = new(1, 100);
        Assert.Equal(RowOutcome.Added, Apply(table, "a", 5, 1));
        Assert.Equal(RowOutcome.Stale, Apply(table, "a", 5, 2));
        Assert.Equal(RowOutcome.Stale, Apply(table, "a", 4, 3));
        Assert.Equal(RowOutcome.Updated, Apply(table, "a", 6, 4));
        Assert.Equal(4, Read(table, "a"));
        // Another partition counts for itself: the topic was laid out anew.
        Assert.Equal(RowOutcome.Updated, Apply(table, "a", 0, 5, partition: 1));
        Assert.Equal(5, Read(table, "a"));
    }

    [Fact]
    public void Visitors_beyond_the_limit_are_refused_and_the_others_go_on()
    {
        ProfileTable table = new(1, 2);
        Apply(table, "a", 1, 1);
        Apply(table, "b", 1, 1);
        Assert.Equal(RowOutcome.Full, Apply(table, "c", 1, 1));
        Assert.Equal(RowOutcome.Updated, Apply(table, "a", 2, 9));
        Assert.Equal(2, table.Count);
        Assert.Equal(9, Read(table, "a"));
    }

    [Fact]
    public void Hashes_that_share_everything_but_one_bit_are_different_visitors()
    {
        ProfileTable table = new(1, 1_000);
        List<Hash128> visitors = [new(0, 0)];
        for (int bit = 0; bit < 64; bit++)
        {
            visitors.Add(new Hash128(1UL << bit, 0));
            visitors.Add(new Hash128(0, 1UL << bit));
        }

        for (int i = 0; i < visitors.Count; i++)
        {
            RowHeader header = new(visitors[i], 0, 1, 0, 0, 0, 0);
            Assert.Equal(RowOutcome.Added, table.Apply(in header, [i]));
        }

        long[] row = new long[1];
        for (int i = 0; i < visitors.Count; i++)
        {
            Assert.True(table.TryRead(visitors[i], row, out _));
            Assert.Equal(i, row[0]);
        }
    }

    [Fact]
    public async Task Readers_never_see_a_torn_row_while_rows_change_and_the_table_grows()
    {
        const int Words = 15;
        const int Visitors = 40_000;
        const long ReadsWanted = 200_000;
        ProfileTable table = new(Words, Visitors);
        Hash128[] ids = [.. Enumerable.Range(0, Visitors).Select(i => Hash128.Of(BitConverter.GetBytes(i)))];
        // Three visitors are written over and over, so that readers meet the writer in the same row. They are there before anybody
        // reads: whatever is published can be read.
        long[] row = new long[Words];
        for (int i = 0; i < 3; i++)
        {
            RowHeader header = new(ids[i], 0, 0, 0, 0, 0, 0);
            table.Apply(in header, row);
        }

        int published = 2;
        long[] reads = new long[2];
        using CancellationTokenSource done = new(Wait.LongDeadline);
        Task[] readers = [.. Enumerable.Range(0, reads.Length).Select(seed => Task.Run(() => ReadAll(seed)))];
        for (long offset = 1; offset < 3 * Visitors || reads.Min() < ReadsWanted; offset++)
        {
            int i = (int)(offset % Visitors);
            int visitor = i % 4 == 0 ? i : i % 3;
            Array.Fill(row, offset);
            RowHeader header = new(ids[visitor], 0, offset, 0, offset, 0, 0);
            table.Apply(in header, row);
            Volatile.Write(ref published, Math.Max(published, visitor));
            // A reader that failed reads no more: whoever waited for its reads would wait for ever.
            if (offset % 1_024 == 0 && (done.IsCancellationRequested || readers.Any(reader => reader.IsCompleted)))
            {
                break;
            }
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.True(reads.Min() >= ReadsWanted, $"only {string.Join(" and ", reads)} reads in time");
        Assert.Equal(Visitors / 4 + 2, table.Count);

        void ReadAll(int seed)
        {
            Random random = new(seed);
            long[] copy = new long[Words];
            long[] newest = new long[Visitors];
            while (!done.IsCancellationRequested)
            {
                int upTo = Volatile.Read(ref published);
                int visitor = random.Next(2) == 0 ? random.Next(3) : random.Next(upTo + 1) / 4 * 4;
                Assert.True(table.TryRead(ids[visitor], copy, out long receivedMs), $"visitor {visitor} was published and is not there (seed {seed})");
                bool isWhole = copy.AsSpan().IndexOfAnyExcept(receivedMs) < 0;
                Assert.True(isWhole, $"a torn row: {receivedMs}, {string.Join(' ', copy)} (seed {seed})");
                Assert.True(receivedMs >= newest[visitor], "a row went back");
                newest[visitor] = receivedMs;
                Volatile.Write(ref reads[seed], reads[seed] + 1);
            }
        }
    }

    private static RowOutcome Apply(ProfileTable table, string visitor, long offset, long word, int partition = 0)
    {
        RowHeader header = Sample.Header(visitor, offset, partition);
        return table.Apply(in header, [word]);
    }

    private static long Read(ProfileTable table, string visitor)
    {
        long[] row = new long[1];
        Assert.True(table.TryRead(Hash128.Of(System.Text.Encoding.UTF8.GetBytes(visitor)), row, out _));
        return row[0];
    }
}
