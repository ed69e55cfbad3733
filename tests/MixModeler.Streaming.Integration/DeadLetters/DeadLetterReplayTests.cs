using System.Text;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Kafka;

namespace MixModeler.Streaming.Integration.DeadLetters;

public sealed class DeadLetterReplayTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_record_comes_back_once_however_often_the_command_is_run()
    {
        using DeadLetterRig rig = await RefusedAsync(120);
        DeadLetterId[] letters = rig.Letters();
        using (DeadLetterReplay first = rig.Replay())
        {
            Assert.All(await first.ReplayAsync(letters, null, Stop), r => Assert.Equal(ReplayOutcome.Sent, r.Outcome));
        }

        using DeadLetterReplay second = rig.Replay();
        Assert.Null(second.Caveat);
        Assert.All(await second.ReplayAsync(letters, null, Stop), r => Assert.Equal(ReplayOutcome.AlreadySent, r.Outcome));
        await AssertAppliedOnceAsync(rig, letters);
    }

    [Theory]
    [InlineData("claimed", ReplayOutcome.Sent)]
    [InlineData("sent", ReplayOutcome.FoundSent)]
    public async Task A_command_that_dies_in_the_middle_is_finished_by_the_next(string dies, ReplayOutcome expected)
    {
        using DeadLetterRig rig = await RefusedAsync(30);
        DeadLetterId[] letters = rig.Letters();
        using (DeadLetterReplay dying = rig.Replay())
        {
            dying.Passing = step => _ = step == dies ? throw new InvalidOperationException("dies here") : 0;
            await Assert.ThrowsAsync<InvalidOperationException>(() => dying.ReplayAsync(letters, null, Stop));
        }

        using DeadLetterReplay next = rig.Replay();
        Assert.All(await next.ReplayAsync(letters, null, Stop), r => Assert.Equal(expected, r.Outcome));
        await AssertAppliedOnceAsync(rig, letters);
    }

    [Fact]
    public async Task Two_people_at_once_send_each_record_once()
    {
        using DeadLetterRig rig = await RefusedAsync(150);
        DeadLetterId[] letters = rig.Letters();
        using DeadLetterReplay one = rig.Replay();
        using DeadLetterReplay other = rig.Replay();
        // Both have read that nobody claims anything before either claims, the first time.
        using Barrier meeting = new(2);
        one.Passing = Meet(meeting);
        other.Passing = Meet(meeting);

        IReadOnlyList<ReplayResult>[] both = await Task.WhenAll(
            Task.Run(() => one.ReplayAsync(letters, null, Stop)), Task.Run(() => other.ReplayAsync(letters, null, Stop)));

        foreach ((ReplayResult a, ReplayResult b) in both[0].Zip(both[1]))
        {
            Assert.True(a.IsBack && b.IsBack, $"{a} {b}");
            Assert.Equal((a.Partition, a.Offset), (b.Partition, b.Offset));
            Assert.Equal(1, (a.Outcome == ReplayOutcome.Sent ? 1 : 0) + (b.Outcome == ReplayOutcome.Sent ? 1 : 0));
        }

        await AssertAppliedOnceAsync(rig, letters);
    }

    [Fact]
    public async Task Two_dead_letters_of_one_record_put_it_back_once()
    {
        using DeadLetterRig rig = await RefusedAsync(10);
        DeadLetterId[] letters = rig.Letters();
        await rig.RepeatLettersAsync();
        Assert.Equal(20, rig.Letters().Length);
        using DeadLetterReplay replay = rig.Replay();

        IReadOnlyList<ReplayResult> results = await replay.ReplayAsync(rig.Letters(), null, Stop);

        Assert.All(results, r => Assert.True(r.IsBack, r.Sentence));
        Assert.Equal(10, results.Count(r => r.Outcome == ReplayOutcome.Sent));
        await AssertAppliedOnceAsync(rig, letters);
    }

    [Fact]
    public async Task A_second_copy_that_a_sleeper_sends_after_its_lease_is_not_applied()
    {
        using DeadLetterRig rig = await RefusedAsync(10);
        DeadLetterId[] letters = rig.Letters();
        using DeadLetterReplay replay = rig.Replay();
        IReadOnlyList<ReplayResult> sent = await replay.ReplayAsync(letters, null, Stop);
        // What a process sends that was put to sleep between its look at the clock and its send.
        LogRecord late = rig.Reader.ReadOne(rig.Old.Topics.Events, sent[0].Partition, sent[0].Offset, Stop)!;
        await rig.SendRawAsync(late.Partition, late.Key, late.Value);

        Observe.TaskTotals totals = await rig.ApplyAsync(rig.Mended);

        Assert.Equal((10L, 1L), (totals.Accepted, totals.DuplicateEvents));
        Assert.All(await rig.OpensAsync(10), opens => Assert.Equal(1, opens));
    }

    [Fact]
    public async Task What_is_refused_again_is_a_new_dead_letter_that_names_the_one_before_and_ends()
    {
        using DeadLetterRig rig = await RefusedAsync(1);
        DeadLetterId before = rig.Letters().Single();
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            using DeadLetterReplay stubborn = rig.Replay(rig.Old, new ReplayOptions { SendsRefused = true });
            Assert.Equal(ReplayOutcome.Sent, (await stubborn.ReplayAsync([before], null, Stop)).Single().Outcome);
            await rig.ApplyAsync(rig.Old);
            using LogReader reader = new(rig.Kafka);
            StoredDeadLetter[] all = [.. new DeadLetterLog(reader, rig.Old.Topics).Read(Stop)];
            Assert.Equal(attempt + 1, all.Length);
            Assert.Equal((before, attempt), (all[^1].Predecessor, all[^1].Attempts));
            before = all[^1].Id;
        }

        using DeadLetterReplay last = rig.Replay(rig.Old, new ReplayOptions { SendsRefused = true });
        Assert.Equal(ReplayOutcome.TooManyAttempts, (await last.ReplayAsync([before], null, Stop)).Single().Outcome);
        using DeadLetterReplay careful = rig.Replay(rig.Old, new ReplayOptions { AttemptsMax = 9 });
        ReplayResult refused = (await careful.ReplayAsync([before], null, Stop)).Single();
        Assert.Equal(ReplayOutcome.StillRefused, refused.Outcome);
        Assert.StartsWith("visitor-missing: ", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_was_cut_comes_back_whole_or_not_at_all()
    {
        using DeadLetterRig rig = new();
        await rig.SendAsync(2, padding: 600_000);
        await rig.ApplyAsync(rig.Old);
        DeadLetterId[] letters = rig.Letters();
        using DeadLetterReplay replay = rig.Replay();
        ReplayResult sent = (await replay.ReplayAsync([letters[0]], null, Stop)).Single();
        Assert.Equal(ReplayOutcome.Sent, sent.Outcome);
        LogRecord back = rig.Reader.ReadOne(rig.Old.Topics.Events, sent.Partition, sent.Offset, Stop)!;
        Assert.Equal(rig.Stored()[0].Letter.RecordName, back.ReplayOf);
        Assert.InRange(back.Value.Length, 600_000, 601_000);

        for (int p = 0; p < DeadLetterRig.Partitions; p++)
        {
            rig.Broker.DeleteRecordsBefore(rig.Old.Topics.Events, p, rig.Reader.Bounds(rig.Old.Topics.Events, p).High);
        }

        Assert.Equal(ReplayOutcome.RecordGone, (await replay.ReplayAsync([letters[1]], null, Stop)).Single().Outcome);
    }

    [Fact]
    public async Task An_edited_record_goes_to_the_partition_of_its_visitor()
    {
        using DeadLetterRig rig = await RefusedAsync(1);
        byte[] edited = Encoding.UTF8.GetBytes(
            """{"_id":"mended","eventType":"open","timestamp":"2026-09-01T10:00:00Z","_luma":{"userid":"visitor-7"}}""");
        using DeadLetterReplay replay = rig.Replay(rig.Old);

        ReplayResult sent = (await replay.ReplayAsync(rig.Letters(), edited, Stop)).Single();

        Assert.Equal(KeyPartition.Of("visitor-7"u8, DeadLetterRig.Partitions), sent.Partition);
        LogRecord back = rig.Reader.ReadOne(rig.Old.Topics.Events, sent.Partition, sent.Offset, Stop)!;
        Assert.Equal("visitor-7", Encoding.UTF8.GetString(back.Key.Span));
        Assert.Equal(edited, back.Value.ToArray());
        await rig.ApplyAsync(rig.Old);
        Assert.Equal(1, (await rig.OpensAsync(8))[7]);
    }

    [Fact]
    public async Task Our_producer_and_the_hash_agree_on_the_partition_of_a_key()
    {
        using DeadLetterRig rig = new();
        await rig.SendAsync(200);
        for (int p = 0; p < DeadLetterRig.Partitions; p++)
        {
            Assert.All(
                rig.Reader.Read(rig.Old.Topics.Events, p, 0, long.MaxValue, Stop),
                record => Assert.Equal(p, KeyPartition.Of(record.Key.Span, DeadLetterRig.Partitions)));
        }
    }

    private static Action<string> Meet(Barrier meeting)
    {
        bool met = false;
        return step =>
        {
            if (step == "read" && !met)
            {
                met = true;
                Assert.True(meeting.SignalAndWait(TimeSpan.FromSeconds(20), Stop));
            }
        };
    }

    internal static async Task<DeadLetterRig> RefusedAsync(int visitors)
    {
        DeadLetterRig rig = new();
        await rig.SendAsync(visitors);
        Observe.TaskTotals refused = await rig.ApplyAsync(rig.Old);
        Assert.Equal((0L, (long)visitors), (refused.Accepted, refused.Rejected));
        Assert.Equal(visitors, rig.Letters().Length);
        return rig;
    }

    internal static async Task AssertAppliedOnceAsync(DeadLetterRig rig, DeadLetterId[] letters)
    {
        Dictionary<string, int> copies = rig.Copies();
        Assert.Equal(
            rig.Stored().Where(s => letters.Contains(s.Id)).Select(s => s.Letter.RecordName).Order(StringComparer.Ordinal),
            copies.Keys.Order(StringComparer.Ordinal));
        Assert.All(copies.Values, count => Assert.Equal(1, count));
        Observe.TaskTotals totals = await rig.ApplyAsync(rig.Mended);
        Assert.Equal((letters.Length, 0L), (totals.Accepted, totals.DuplicateEvents));
        Assert.All(await rig.OpensAsync(letters.Length), opens => Assert.Equal(1, opens));
    }
}
