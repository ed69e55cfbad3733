using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Harmonize.Follow;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Rehearse;

/// <summary>The datasets of a rehearsal: a log, a store and a task for each, which may die like any other.</summary>
internal sealed class RehearsedDatasets
{
    private readonly TopologyPlan plan;
    private readonly List<(string Topic, DatasetPlan? Dataset, TaskSeat Seat)> seats = [];
    private long now;

    /// <param name="plan">The topology.</param>
    /// <param name="failures">When tasks die.</param>
    /// <param name="outletOf">Takes what the task of this name sends.</param>
    public RehearsedDatasets(TopologyPlan plan, FailurePlan failures, Func<string, IRecordSink> outletOf)
    {
        this.plan = plan;
        foreach (DatasetPlan dataset in plan.Harmonized.Datasets)
        {
            string name = $"dataset {dataset.Name}";
            seats.Add((plan.Topics.Prefix + dataset.Topic, dataset, new TaskSeat(
                name, dataset.IsEvent, failures, store => DatasetWork.TaskOf(plan, dataset, 0, store, outletOf(name)))));
        }

        // What is malformed among events is told by the main job where there is one.
        foreach (IGrouping<string, DatasetPlan> topic in plan.Harmonized.Datasets.GroupBy(dataset => plan.Topics.Prefix + dataset.Topic)
            .Where(topic => topic.Key != plan.Topics.Events || !plan.ReadsEvents))
        {
            string name = $"warden {topic.Key}";
            seats.Add((topic.Key, null, new TaskSeat(
                name, false, failures, store => DatasetWork.WardenOf(plan, topic.Key, topic, 0, store, outletOf(name)))));
        }
    }

    public IEnumerable<TaskSeat> Seats => seats.Select(each => each.Seat);

    /// <summary>Whether everything that arrives is somebody's; problems if not.</summary>
    public static bool Check(TopologyPlan plan, IEnumerable<RehearsalStep> steps, ProblemList problems)
    {
        string[] topics = [.. plan.Harmonized.Datasets.Select(dataset => dataset.Topic).Append(plan.Topics.EventsName).Distinct()];
        string[] names = [.. plan.Harmonized.Datasets.Select(dataset => dataset.Name)];
        foreach (RehearsalStep step in steps)
        {
            if (step.Topic is { } topic && !topics.Contains(topic.Text))
            {
                problems.Add(topic, $"no dataset reads the topic {topic.Found}{NearestName.Advice(topic.Text, topics)}");
            }

            if (step.Table is { } table && !names.Contains(table.Dataset.Text))
            {
                problems.Add(table.Dataset, $"there is no dataset {table.Dataset.Found}{NearestName.Advice(table.Dataset.Text, names)}");
            }
        }

        return problems.IsEmpty;
    }

    public void Append(string topic, long nowMs, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        foreach ((string its, _, TaskSeat seat) in seats)
        {
            if (its == topic)
            {
                seat.Append(nowMs, key, value);
            }
        }
    }

    /// <summary>The rows of a file arrive; those that are none are dead letters at once, of nobody's topic.</summary>
    public async Task ReadAsync(RehearsedTable table, long nowMs, CancellationToken stop)
    {
        now = nowMs;
        byte[] text = System.Text.Encoding.UTF8.GetBytes(table.Text);
        DatasetPlan dataset = plan.Harmonized.Datasets.First(each => each.Name == table.Dataset.Text);
        RowFault? fault = await LocalFiles.SendRowsAsync(
            plan, dataset, table.File, () => new MemoryStream(text), new Arrival(this), static _ => { }, stop);
        if (fault is not null)
        {
            throw new InvalidDataException($"{table.File}:{fault.Line}:{fault.Column}: {fault.Sentence}");
        }
    }

    public async Task PassAsync(int recordsPerCommit, CancellationToken stop)
    {
        foreach (TaskSeat seat in Seats)
        {
            await seat.PassAsync(recordsPerCommit, stop);
        }
    }

    public async Task<(HarmonizedTable Table, IReadOnlyDictionary<string, DateOnly> Told)> TableAsync(CancellationToken stop)
    {
        HarmonizedTable table = new();
        Dictionary<string, DateOnly> told = new(StringComparer.Ordinal);
        table.Use(plan.Harmonized);
        foreach ((_, DatasetPlan? dataset, TaskSeat seat) in seats.Where(each => each.Dataset is not null))
        {
            PartitionFollower follower = new(seat.Store, dataset!, 0, table);
            await follower.FollowAsync(stop);
            if (follower.Progress?.NewestDay is { } day)
            {
                told[dataset!.Name] = day;
            }
        }

        return (table, told);
    }

    private sealed class Arrival(RehearsedDatasets datasets) : IRecordSink
    {
        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => datasets.Append(topic, datasets.now, key, value);

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
