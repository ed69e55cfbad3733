using MixModeler.Streaming.Generate;

namespace MixModeler.Streaming.Tests.Generate;

public sealed class RecordPaceTests
{
    [Fact]
    public void The_first_record_is_due_at_once_and_the_next_after_its_time()
    {
        ManualTime time = new();
        RecordPace pace = new(4, time);
        Assert.Equal(1, pace.Due(100));
        pace.Passed(1);
        Assert.Equal(0, pace.Due(100));
        time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(0, pace.Due(100));
        time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal(1, pace.Due(100));
    }

    [Fact]
    public void Who_fell_behind_catches_up_by_a_second_s_worth_at_most()
    {
        ManualTime time = new();
        RecordPace pace = new(1_000, time);
        pace.Due(1);
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.InRange(pace.Due(10_000), 500, 501);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1_000, pace.Due(10_000));
        pace.Passed(1_000);
        Assert.Equal(0, pace.Due(10_000));
        time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.InRange(pace.Due(10_000), 9, 11);
    }

    [Fact]
    public void No_more_than_asked_for_is_due()
    {
        ManualTime time = new();
        RecordPace pace = new(1_000_000, time);
        pace.Due(1);
        time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal(64, pace.Due(64));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(5_000)]
    public async Task Over_a_minute_the_rate_is_kept(double recordsPerSecond)
    {
        ManualTime time = new();
        RecordPace pace = new(recordsPerSecond, time);
        long sent = 0;
        for (int step = 0; step < 6_000; step++)
        {
            int due = pace.Due(1_024);
            pace.Passed(due);
            sent += due;
            time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange(sent, recordsPerSecond * 60 - 60 * 0.02 * recordsPerSecond, recordsPerSecond * 60 + 2);
        using CancellationTokenSource stop = new();
        pace.Passed(1_000_000);
        Task waiting = pace.WaitAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_rate_is_positive(double recordsPerSecond)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordPace(recordsPerSecond, new ManualTime()));
    }
}
