using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Integration.Kafka;

public sealed class KafkaTaskHostTests
{
    [Fact]
    public async Task Every_record_reaches_its_task_once_and_in_order()
    {
        await using Rig rig = new();
        await rig.SendAsync(10_000);
        KafkaTaskHost host = rig.StartHost();
        await rig.SendAsync(10_000);
        await rig.AllAppliedAsync();

        rig.AssertEveryRecordOnceInOrder();
        Assert.True(host.Healthy, host.Problem);
        await Soon.HoldsAsync(
            () => host.Status.Partitions is { Length: 4 } partitions
                && partitions.All(partition => partition is { State: PartitionState.Running, NextOffset: 5_000, HighWatermark: 5_000, Lag: 0 }),
            "a status without lag");
    }

    [Fact]
    public async Task A_host_that_stops_has_committed_all_it_read_and_the_next_one_goes_on_there()
    {
        await using Rig rig = new();
        await rig.SendAsync(2_000);
        KafkaTaskHost first = rig.StartHost();
        await rig.AllAppliedAsync();
        await first.StopAsync();
        await rig.SendAsync(2_000);
        _ = rig.StartHost();
        await rig.AllAppliedAsync();
        rig.AssertEveryRecordOnceInOrder();
        Assert.Equal(8, rig.Ledger.Acquisitions);
    }

    [Fact]
    public async Task A_slow_task_is_fed_as_fast_as_it_works_and_holds_nobody_up()
    {
        await using Rig rig = new(partitions: 2);
        TaskCompletionSource gate = new();
        int commits = 0;
        rig.Ledger.BeforeCommit = async partition =>
        {
            if (partition == 0 && Interlocked.Increment(ref commits) > 1)
            {
                await gate.Task;
            }
        };
        _ = rig.StartHost();
        await rig.SendAsync(60_000);

        await Soon.HoldsAsync(() => rig.Ledger.Values(1).Length == 30_000, "the other partition is through");
        Assert.InRange(rig.Ledger.Values(0).Length, 1, 1_024);
        gate.SetResult();
        await rig.AllAppliedAsync();
        rig.AssertEveryRecordOnceInOrder();
    }

    [Fact]
    public async Task Two_hosts_share_the_partitions_and_one_that_stops_hands_over_cleanly()
    {
        await using Rig rig = new();
        KafkaTaskHost first = rig.StartHost();
        await Soon.HoldsAsync(() => first.Status.Partitions.Length == 4, "the first host has all");
        KafkaTaskHost second = rig.StartHost();
        await rig.SendAsync(5_000);
        await Soon.HoldsAsync(
            () => first.Status.Partitions.Length == 2 && second.Status.Partitions.Length == 2, "each host has two partitions");
        await rig.SendAsync(5_000);
        await first.StopAsync();
        await rig.SendAsync(5_000);
        await rig.AllAppliedAsync();

        rig.AssertEveryRecordOnceInOrder();
        Assert.Equal(4, second.Status.Partitions.Length);
        Assert.DoesNotContain(rig.Reports, told => told.Severity != Severity.Information);
    }

    [Fact]
    public async Task The_partitions_of_a_host_that_falls_silent_go_to_the_other()
    {
        await using Rig rig = new();
        KafkaTaskHost first = rig.StartHost();
        KafkaTaskHost second = rig.StartHost();
        await Soon.HoldsAsync(
            () => first.Status.Partitions.Length == 2 && second.Status.Partitions.Length == 2, "each host has two partitions");
        await rig.SendAsync(5_000);
        await first.AbandonAsync();
        await rig.SendAsync(5_000);
        await rig.AllAppliedAsync();
        rig.AssertEveryRecordOnceInOrder();
        Assert.Equal(4, second.Status.Partitions.Length);
    }

    [Fact]
    public async Task A_broker_that_goes_and_comes_back_costs_two_sentences_and_no_record()
    {
        await using Rig rig = new();
        KafkaTaskHost host = rig.StartHost();
        await rig.SendAsync(2_000);
        await rig.AllAppliedAsync();

        rig.Broker.TakeDown();
        await Soon.HoldsAsync(() => !host.Healthy, "health turns red");
        Assert.Contains("does not answer", host.Problem);
        Task sending = rig.SendAsync(2_000);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.False(sending.IsCompleted);

        rig.Broker.BringUp();
        await sending.WaitAsync(TestContext.Current.CancellationToken);
        await rig.AllAppliedAsync();
        await Soon.HoldsAsync(() => host.Healthy, "health turns green");
        rig.AssertEveryRecordOnceInOrder();
        // Producer and host each tell once.
        Assert.InRange(rig.Reports.Count(told => told.Sentence.Contains("does not answer", StringComparison.Ordinal)), 1, 2);
        Assert.InRange(rig.Reports.Count(told => told.Sentence.Contains("answers again", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public async Task A_host_that_starts_before_its_broker_waits_for_it()
    {
        await using Rig rig = new();
        await rig.SendAsync(1_000);
        rig.Broker.TakeDown();
        KafkaTaskHost host = rig.StartHost();
        await Soon.HoldsAsync(() => !host.Healthy, "health is red");
        rig.Broker.BringUp();
        await rig.AllAppliedAsync();
        await Soon.HoldsAsync(() => host.Healthy, "health turns green");
        rig.AssertEveryRecordOnceInOrder();
    }

    [Fact]
    public async Task A_host_whose_topic_is_missing_says_so_and_begins_when_it_is_there()
    {
        await using Rig rig = new();
        KafkaOptions impatient = rig.Options with { Properties = new() { ["topic.metadata.refresh.interval.ms"] = "500" } };
        await using KafkaTaskHost host = new(impatient, "group", "later", rig.Ledger.CreateTask, (_, _) => { });
        host.Start();
        await Soon.HoldsAsync(() => host.Problem is not null, "it says so");
        Assert.Contains("later", host.Problem);
        rig.Broker.CreateTopic("later", 2);
        await Soon.HoldsAsync(() => host.Status.Partitions.Length == 2 && host.Healthy, "it begins");
    }

    [Fact]
    public async Task State_that_rolled_back_is_acquired_anew_and_replayed()
    {
        await using Rig rig = new();
        _ = rig.StartHost();
        await rig.SendAsync(4_000);
        await rig.AllAppliedAsync();
        rig.Ledger.MoveTo(partition: 2, offset: 300);
        await rig.SendAsync(4_000);
        await rig.AllAppliedAsync();
        rig.AssertEveryRecordOnceInOrder();
        Assert.Equal(5, rig.Ledger.Acquisitions);
    }

    [Fact]
    public async Task A_store_that_is_away_turns_health_red_until_it_is_back()
    {
        await using Rig rig = new();
        KafkaTaskHost host = rig.StartHost();
        await rig.SendAsync(1_000);
        await rig.AllAppliedAsync();
        rig.Ledger.Away = true;
        await rig.SendAsync(1_000);
        await Soon.HoldsAsync(() => host.Problem is not null, "health turns red");
        Assert.Contains("the ledger is away", host.Problem);
        rig.Ledger.Away = false;
        await rig.AllAppliedAsync();
        await Soon.HoldsAsync(() => host.Healthy, "health turns green");
        rig.AssertEveryRecordOnceInOrder();
        Assert.InRange(rig.Reports.Count(told => told.Severity == Severity.Warning), 1, 4);
    }

    [Fact]
    public async Task A_fenced_host_leaves_the_group_and_joins_again()
    {
        await using Rig rig = new();
        _ = rig.StartHost();
        await rig.SendAsync(1_000);
        await rig.AllAppliedAsync();
        rig.Ledger.RaiseEpoch(partition: 1);
        await rig.SendAsync(1_000);
        await rig.AllAppliedAsync();
        rig.AssertEveryRecordOnceInOrder();
        Assert.Equal(8, rig.Ledger.Acquisitions);
        Assert.Contains(rig.Reports, told => told.Sentence.Contains("later holder", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(10, 50)]
    [InlineData(9_000, 0)]
    public async Task State_outside_the_log_stops_its_partition_and_says_so(long stateOffset, long logStart)
    {
        await using Rig rig = new();
        await rig.SendAsync(4_000);
        rig.Broker.DeleteRecordsBefore(Rig.Topic, partition: 3, logStart);
        rig.Ledger.MoveTo(partition: 3, stateOffset);
        KafkaTaskHost host = rig.StartHost();
        await Soon.HoldsAsync(() => rig.Ledger.AppliedCount == 3_000, "the other partitions are through");
        await Soon.HoldsAsync(() => host.Status.Partitions[3].State == PartitionState.Stopped, "the partition stands still");
        Assert.Empty(rig.Ledger.Values(3));
        Assert.False(host.Healthy);
        Assert.Single(rig.Reports, told => told.Severity == Severity.Error && told.Sentence.Contains("operator", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_that_is_cut_ahead_of_a_slow_task_stops_its_partition()
    {
        await using Rig rig = new(partitions: 1);
        TaskCompletionSource gate = new();
        rig.Ledger.BeforeCommit = _ => gate.Task;
        KafkaTaskHost host = rig.StartHost();
        await Soon.HoldsAsync(() => host.Status.Partitions is [{ State: PartitionState.Running }], "the task runs");
        // More than is read ahead.
        await rig.SendAsync(80_000);
        rig.Broker.DeleteRecordsBefore(Rig.Topic, partition: 0, offset: 79_000);
        gate.SetResult();

        await Soon.HoldsAsync(() => host.Status.Partitions is [{ State: PartitionState.Stopped }], "the partition stands still");
        string[] applied = rig.Ledger.Values(0);
        Assert.InRange(applied.Length, 1, 78_999);
        Assert.Equal(Enumerable.Range(0, applied.Length).Select(number => $"{number}"), applied);
        Assert.Contains("no longer holds", host.Problem);
    }

    [Fact]
    public async Task A_task_that_fails_by_a_bug_ends_the_host()
    {
        await using Rig rig = new();
        rig.Ledger.BeforeCommit = _ => throw new FormatException("a bug");
        KafkaTaskHost host = rig.StartHost();
        await rig.SendAsync(10);
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Completion);
        Assert.Contains("a bug", failure.Message);
        Assert.False(host.Healthy);
    }
}
