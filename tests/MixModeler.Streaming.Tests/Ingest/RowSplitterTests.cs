using System.Globalization;
using System.Text;
using MixModeler.Streaming.Ingest.Files;

namespace MixModeler.Streaming.Tests.Ingest;

public sealed class RowSplitterTests
{
    private const int Mebi = 1_024 * 1_024;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a,b\n1,2\n", "1 a,b|2 1,2")]
    [InlineData("a,b\r\n1,2\r3,4\n5,6", "1 a,b|2 1,2|3 3,4|4 5,6")]
    [InlineData("a,\"b\nc\"\r\n1,2\n", "1 a,\"b\nc\"|3 1,2")]
    [InlineData("a,\"b\"\"\n\"\n1,2", "1 a,\"b\"\"\n\"|3 1,2")]
    [InlineData("a\n\n\nb\n", "1 a|2 |3 |4 b")]
    [InlineData("\uFEFFa\nb", "1 a|2 b")]
    [InlineData("5\" pipe,x\n", "1 5\" pipe,x")]
    [InlineData("\"a\" ,b\n", "1 \"a\" ,b")]
    [InlineData("a,\"b\nc,d\n", "1 a,\"b !1:3|2 c,d")]
    [InlineData("a,\"b\"c\nd,e\n", "1 a,\"b\"c !1:6|2 d,e")]
    [InlineData("a,\"b\nc\"d\ne,f\n", "1 a,\"b !2:3|2 c\"d|3 e,f")]
    [InlineData("ä,\0b\nc\n", "1 ä,\0b !1:3|2 c")]
    [InlineData("a,\"", "1 a,\" !1:3")]
    [InlineData("", "")]
    public async Task Rows_are_the_same_wherever_the_input_is_cut(string text, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(expected, await RowsAsync(PiecewiseStream.ByteByByte(bytes)));
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(expected, await RowsAsync(PiecewiseStream.Cut(bytes, cut)));
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_are_a_fault_of_their_row_alone()
    {
        byte[] bytes = [.. "a,b\n1,"u8, 0xC3, 0x28, .. "\n3,4\n"u8];
        using RowSplitter rows = Csv(new MemoryStream(bytes));
        await rows.ReadAsync(Stop);
        await rows.ReadAsync(Stop);
        Assert.Equal((2L, 3L), (rows.Row.Fault!.Line, rows.Row.Fault.Column));
        await rows.ReadAsync(Stop);
        Assert.Null(rows.Row.Fault);
    }

    [Fact]
    public async Task A_line_of_200_MB_is_passed_by_in_bounded_memory()
    {
        const long Length = 200L * Mebi;
        byte[] after = "\nx,y\n"u8.ToArray();
        using RowSplitter rows = Csv(new PiecewiseStream(Length + after.Length, i => i < Length ? (byte)'a' : after[i - Length], _ => Mebi));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(await rows.ReadAsync(Stop));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * Mebi);
        Assert.InRange(rows.Capacity, 0, 4 * Mebi);
        Assert.Equal("the line is longer than 1 MiB", rows.Row.Fault!.Sentence);
        Assert.Equal(Length, rows.Row.FullBytes);
        Assert.InRange(rows.Row.Bytes.Length, 1, Mebi);
        Assert.True(await rows.ReadAsync(Stop));
        Assert.Equal(("x,y", 2L, Length + 1), (Encoding.UTF8.GetString(rows.Row.Bytes.Span), rows.Row.Line, rows.Row.Offset));
        Assert.False(await rows.ReadAsync(Stop));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_row_may_have_1_MiB_however_it_is_read(int more, bool isRow)
    {
        foreach (string end in new[] { "\n", "\r\n", "\r", "" })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(new string('a', Mebi + more) + end + (end.Length > 0 ? "b" : ""));
            foreach (int piece in new[] { 7_777, 64 * 1_024, bytes.Length })
            {
                using RowSplitter rows = Csv(new PiecewiseStream(bytes.Length, i => bytes[i], _ => piece));
                Assert.True(await rows.ReadAsync(Stop));
                Assert.Equal(isRow, rows.Row.Fault is null);
                Assert.Equal(Mebi + more, rows.Row.FullBytes);
                Assert.Equal(end.Length > 0, await rows.ReadAsync(Stop));
            }
        }
    }

    [Fact]
    public async Task A_quote_that_is_not_closed_within_1_MiB_costs_its_own_line_only()
    {
        string rest = string.Concat(Enumerable.Repeat("1,2\n", 600_000));
        using RowSplitter rows = Csv(new MemoryStream(Encoding.UTF8.GetBytes("a,\"open\n" + rest)));
        Assert.True(await rows.ReadAsync(Stop));
        Assert.Equal(new RowFault(1, 3, "the quote that opens here is not closed within 1 MiB"), rows.Row.Fault);
        int good = 0;
        while (await rows.ReadAsync(Stop))
        {
            good += rows.Row.Fault is null ? 1 : 0;
        }

        Assert.Equal(600_000, good);
    }

    [Fact]
    public async Task Any_bytes_are_read_to_their_end_with_nothing_left_out()
    {
        byte[] alphabet = "a,\"\"\n\r;\0\u00E4\t "u8.ToArray();
        for (int seed = 1; seed <= 400; seed++)
        {
            Random random = new(seed);
            byte[] bytes = new byte[random.Next(0, 3_000)];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = random.Next(10) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            }

            string whole = await RowsAsync(new MemoryStream(bytes));
            Assert.True(whole == await RowsAsync(PiecewiseStream.ByteByByte(bytes)), $"seed {seed}");
            using RowSplitter rows = Csv(new MemoryStream(bytes));
            long end = 0;
            CsvFields fields = new();
            while (await rows.ReadAsync(Stop))
            {
                Assert.True(rows.Row.Offset == end && rows.Row.End > end, $"seed {seed}");
                end = rows.Row.End;
                fields.Split(rows.Row.Bytes.Span, (byte)',');
            }

            Assert.True(end == bytes.Length, $"seed {seed}");
        }
    }

    [Fact]
    public async Task The_hash_of_a_beginning_is_that_of_a_file_that_ended_there()
    {
        byte[] bytes = "a,b\n1,2\n3,4\n"u8.ToArray();
        for (int at = 0; at <= bytes.Length; at++)
        {
            using RowSplitter beginning = Csv(new MemoryStream(bytes, 0, at));
            using RowSplitter whole = Csv(PiecewiseStream.ByteByByte(bytes), at);
            await ReadAllAsync(beginning);
            await ReadAllAsync(whole);
            Assert.Equal(beginning.ConsumedHash, whole.WatchedHash);
        }
    }

    private static RowSplitter Csv(Stream input, long watched = -1)
    {
        RowSplitter rows = new(input, watched);
        rows.Delimit((byte)',');
        return rows;
    }

    private static async Task ReadAllAsync(RowSplitter rows)
    {
        while (await rows.ReadAsync(Stop))
        {
        }
    }

    private static async Task<string> RowsAsync(Stream input)
    {
        using RowSplitter rows = Csv(input);
        await rows.PeekAsync(16, Stop);
        List<string> found = [];
        while (await rows.ReadAsync(Stop))
        {
            FileRow row = rows.Row;
            string fault = row.Fault is null ? "" : string.Create(CultureInfo.InvariantCulture, $" !{row.Fault.Line}:{row.Fault.Column}");
            found.Add(string.Create(CultureInfo.InvariantCulture, $"{row.Line} {Encoding.UTF8.GetString(row.Bytes.Span)}{fault}"));
        }

        return string.Join('|', found);
    }
}
