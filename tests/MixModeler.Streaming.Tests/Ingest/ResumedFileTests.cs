using System.Globalization;
using System.Text;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest.Files;

namespace MixModeler.Streaming.Tests.Ingest;

public sealed class ResumedFileTests
{
    private const int Rows = 12_500;
    private static readonly RecordForm Form = RecordForm.Unknown("youtube", "mm.summary", isEvent: false);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Takes so many records and flushes, then dies; records beyond the last flush are in the log all the same.</summary>
    private sealed class DyingSink(RecordingSink log, int recordsMax) : IRecordSink
    {
        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (log.Sent.Count >= recordsMax)
            {
                throw new TaskLostException(TaskLoss.OutputAway, "dies here");
            }

            log.Send(topic, partition, key, value);
        }

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }

    [Fact]
    public async Task A_run_that_dies_anywhere_and_its_next_leave_the_same_records()
    {
        string text = FileOf(Rows);
        (RecordingSink whole, _, _) = await RunAsync(text, null);
        HashSet<(string, string)> expected = [.. whole.Sent.Select(s => (s.Key, s.Value))];
        Assert.Equal(Rows, expected.Count);
        foreach (int death in new[] { 0, 1, 4_999, 5_000, 5_001, 9_999, 12_499 })
        {
            RecordingSink log = new();
            FileProgress? kept = null;
            FileDelivery dying = new(Form, null, new DyingSink(log, death), Options(p => kept = p));
            await Assert.ThrowsAsync<TaskLostException>(() => dying.RunAsync(() => IngestedFileTests.StreamOf(text), null, Stop));
            int before = log.Sent.Count;
            FileDelivery next = new(Form, null, log, Options(p => kept = p));
            Assert.Null(await next.RunAsync(() => IngestedFileTests.StreamOf(text), kept, Stop));

            Assert.Equal(expected, log.Sent.Select(s => (s.Key, s.Value)).ToHashSet());
            Assert.InRange(log.Sent.Count, Rows, Rows + 5_000);
            Assert.Equal(before >= 5_000, next.Totals.ResumedAt is not null);
            Assert.False(next.WasChanged);
            Assert.Equal(text.Length, kept!.Bytes);
        }
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "3,4\n")]
    [InlineData("a,b\n1,2", "\n3,4\n")]
    [InlineData("a,b\r\n1,2\r", "\n3,4\r\n")]
    [InlineData("a,b\n1,2\n\n", "3,4")]
    public async Task Of_a_file_that_grew_only_what_is_new_is_sent(string before, string more)
    {
        (_, _, FileProgress? kept) = await RunAsync(before, null);
        (RecordingSink sink, FileDelivery delivery, _) = await RunAsync(before + more, kept);
        Assert.Equal((1, false, 1L), (sink.Sent.Count, delivery.WasChanged, delivery.Totals.Skipped));
        Assert.Contains("\"a\":3", sink.Sent[0].Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_unchanged_sends_nothing()
    {
        string text = FileOf(100);
        (_, _, FileProgress? kept) = await RunAsync(text, null);
        (RecordingSink sink, FileDelivery delivery, _) = await RunAsync(text, kept);
        Assert.Empty(sink.Sent);
        Assert.Equal((100L, 0L, 100L, (long?)text.Length), (delivery.Totals.Rows, delivery.Totals.Sent, delivery.Totals.Skipped, delivery.Totals.ResumedAt));
    }

    [Theory]
    [InlineData("a,b\n1,2\n3,4\n", "a,b\n1,9\n3,4\n")]
    [InlineData("a,b\n1,2\n3,4\n", "a,b\n1,2\n")]
    [InlineData("a,b\n1,2\n3,4", "a,b\n1,2\n3,45\n")]
    [InlineData("a,b\n1,2\n3,4\n", "")]
    public async Task A_file_whose_read_part_changed_is_sent_from_its_beginning(string before, string after)
    {
        (_, _, FileProgress? kept) = await RunAsync(before, null);
        (RecordingSink sink, FileDelivery delivery, _) = await RunAsync(after, kept);
        (RecordingSink fresh, _, _) = await RunAsync(after, null);
        Assert.True(delivery.WasChanged);
        Assert.Equal(fresh.Sent, sink.Sent);
    }

    [Fact]
    public async Task Equal_rows_are_counted_over_what_an_earlier_run_sent()
    {
        (RecordingSink first, _, FileProgress? kept) = await RunAsync("a\n1\n1\n", null);
        (RecordingSink second, _, _) = await RunAsync("a\n1\n1\n1\n", kept);
        Assert.Equal(3, first.Sent.Concat(second.Sent).Select(s => s.Key).Distinct().Count());
    }

    [Fact]
    public async Task From_a_line_on_the_same_ids_are_sent()
    {
        const string Text = "a\n1\n1\n2\n";
        (RecordingSink whole, _, _) = await RunAsync(Text, null);
        RecordingSink sink = new();
        FileDelivery delivery = new(Form, null, sink, Options(_ => { }) with { FromLine = 3 });
        await delivery.RunAsync(() => IngestedFileTests.StreamOf(Text), null, Stop);
        Assert.Equal(whole.Sent.Skip(1), sink.Sent);
        Assert.Equal(1, delivery.Totals.Skipped);
    }

    [Fact]
    public void Progress_is_found_again_and_a_broken_one_is_none()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"progress-{Guid.NewGuid():N}");
        FileProgressFolder progress = new(folder);
        Assert.Null(progress.Find("a"));
        progress.Keep("a", new FileProgress { Bytes = 7, Hash = "x", Naming = "content" });
        progress.Keep("b", new FileProgress { Bytes = 8, Hash = "y" });
        Assert.Equal((7L, "x", "content"), (progress.Find("a")!.Bytes, progress.Find("a")!.Hash, progress.Find("a")!.Naming));
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            File.WriteAllText(file, "{\"bytes\":");
        }

        Assert.Null(progress.Find("a"));
        Directory.Delete(folder, recursive: true);
    }

    private static string FileOf(int rows)
    {
        StringBuilder text = new("Date,Channel,Spend\n");
        for (int i = 0; i < rows; i++)
        {
            // Every content stands twice.
            text.Append(CultureInfo.InvariantCulture, $"2021-12-{1 + (i / 2 % 28):00},\"chän,nel\n{i / 2}\",{i / 2}.50\r\n");
        }

        // Bytes and characters are to be the same number.
        return text.Replace("ä", "a").ToString();
    }

    private static FileDeliveryOptions Options(Action<FileProgress> keep) => new() { Name = "yt.csv", Acknowledged = keep };

    private static async Task<(RecordingSink Sink, FileDelivery Delivery, FileProgress? Kept)> RunAsync(string text, FileProgress? known)
    {
        RecordingSink sink = new();
        FileProgress? kept = known;
        FileDelivery delivery = new(Form, null, sink, Options(p => kept = p));
        await delivery.RunAsync(() => IngestedFileTests.StreamOf(text), known, Stop);
        return (sink, delivery, kept);
    }
}
