using System.Collections.Concurrent;
using System.Collections.Immutable;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>
/// The lanes of the attribution models: a group and a host for each, by the model's identity. A model that is declared otherwise is another
/// one: its lane begins with the oldest event that is kept, and the state of the one before is removed. Owned by one caller at a time.
/// </summary>
internal sealed class AttributionLanes(KafkaOptions kafka, KafkaProducer producer, RedisConnection redis, Report report) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Scope, int Partition), AttributionTask> tasks = new();
    private volatile Lane[] running = [];

    private sealed record Lane(string Topology, AttributionPlan Model, KafkaTaskHost Host)
    {
        public string Scope(int partition) => AttributionWork.ScopeOf(Topology, Model.Name, Model.Identity, partition);
    }

    public IEnumerable<string?> Problems => running.Select(lane => lane.Host.Problem);

    /// <summary>Of the state of the lanes that run here.</summary>
    public IEnumerable<string> Scopes => running.SelectMany(lane => lane.Host.Status.Partitions.Select(partition => lane.Scope(partition.Partition)));

    /// <summary>What the models that run here have done.</summary>
    public IEnumerable<AttributionReport> Reports => running.Select(ReportOf);

    public async Task FollowAsync(TopologyPlan plan, int partitions, CancellationToken stop)
    {
        Lane[] ended = [.. running.Where(lane => !plan.Attributions.Any(model => IsOf(lane, model)))];
        running = [.. running.Except(ended)];
        foreach (Lane lane in ended)
        {
            await EndAsync(lane.Host);
            for (int partition = 0; partition < partitions; partition++)
            {
                await new RedisStateStore(redis, lane.Scope(partition)).RemoveAsync(stop);
            }

            report(Severity.Information, $"attribution '{lane.Model.Name}' {lane.Model.Identity} is gone");
        }

        foreach (AttributionPlan model in plan.Attributions.Where(model => !running.Any(lane => IsOf(lane, model))))
        {
            KafkaTaskHost host = new(kafka, AttributionWork.GroupOf(plan.Name, model), plan.Topics.Events, partition => Create(plan, model, partition), report);
            host.Start();
            running = [.. running, new Lane(plan.Name, model, host)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Lane lane in running)
        {
            await EndAsync(lane.Host);
        }
    }

    private AttributionTask Create(TopologyPlan plan, AttributionPlan model, int partition)
    {
        string scope = AttributionWork.ScopeOf(plan.Name, model.Name, model.Identity, partition);
        return tasks[(scope, partition)] = AttributionWork.TaskOf(plan, model, partition, new RedisStateStore(redis, scope), producer.CreateSink());
    }

    private AttributionReport ReportOf(Lane lane)
    {
        AttributionReport sum = new() { Name = lane.Model.Name, Identity = lane.Model.Identity };
        ImmutableArray<PartitionStatus> assigned = lane.Host.Status.Partitions;
        foreach (PartitionStatus partition in assigned)
        {
            sum.Lag += partition.Lag;
            if (tasks.TryGetValue((lane.Scope(partition.Partition), partition.Partition), out AttributionTask? task))
            {
                AttributionProgress progress = task.Progress;
                sum.Records += progress.Counts.Records;
                sum.Touches += progress.Counts.Touches;
                sum.Conversions += progress.Counts.Conversions;
                sum.Scores += progress.Counts.Scores;
                sum.Retractions += progress.Counts.Retractions;
                sum.NotEligible += progress.Counts.NotEligible;
                sum.TooLate += progress.Counts.TooLate;
                sum.Invalid += progress.Counts.Invalid;
                sum.Lost += progress.Lost;
                sum.Duplicated += progress.Duplicated;
            }
        }

        sum.Partitions = [.. assigned.Select(partition => new PartitionReport(
            partition.Partition, partition.State.ToString(), partition.NextOffset, partition.Lag, 0, 0, partition.LastProblem))];
        return sum;
    }

    private static bool IsOf(Lane lane, AttributionPlan model) => lane.Model.Identity == model.Identity && lane.Model.Name == model.Name;

    private static async Task EndAsync(KafkaTaskHost host)
    {
        await host.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.DisposeAsync();
    }
}
