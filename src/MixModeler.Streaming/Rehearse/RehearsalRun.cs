using System.Text.Json;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Rehearse;

/// <summary>
/// A topology over logs and stores in memory, at a time of its own, with tasks that may die. Its outputs are read as a consumer
/// reads them: what was sent before is recognised by its origin and skipped.
/// </summary>
internal sealed class RehearsalRun
{
    // A schedule that never empties is a bug of an operator; it must not hang a test.
    private const int MarkersMax = 100_000;

    private readonly TopologyPlan plan;
    private readonly FailurePlan failures;
    private readonly VirtualClock clock;
    private readonly ModelRegister models;
    private readonly TaskSeat events;
    private readonly List<(string Topic, TaskSeat Seat)> keyed = [];
    private readonly RehearsedDatasets datasets;
    private readonly TaskSeat[] attributions;
    private readonly TaskSeat? learner;
    private readonly Dictionary<string, string> sent = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> numberAt = [];
    private int number;
    private int sinceLearned;

    public RehearsalRun(TopologyPlan plan, FailurePlan failures, DateTimeOffset start)
    {
        this.plan = plan;
        this.failures = failures;
        clock = new VirtualClock(start);
        string model = plan.Model?.Name ?? "";
        models = new ModelRegister(plan.Name, model, plan.Schema, plan.Model?.BaseRate ?? 0.5);
        events = new TaskSeat("events", readsEvents: true, failures, store => TaskOf(plan, store, "events", models));
        foreach (TopologyPlan lane in LanePlans.KeyedOf(plan))
        {
            ModelRegister its = new(lane);
            keyed.Add((lane.Topics.Events, new TaskSeat(
                lane.Flow!.Lanes[0].Name, readsEvents: false, failures, store => TaskOf(lane, store, lane.Name, its))));
        }

        datasets = new RehearsedDatasets(plan, failures, name => new Outlet(this, name));
        attributions =
        [
            .. plan.Attributions.Select(each => $"attribution {each.Name}").Zip(plan.Attributions, (name, each) => new TaskSeat(
                name, readsEvents: true, failures, store => AttributionWork.TaskOf(plan, each, 0, store, new Outlet(this, name)))),
        ];
        learner = plan.Model is null
            ? null
            : new TaskSeat("learner", readsEvents: false, failures, store => new LearnerTask(plan, store, new Outlet(this, "learner"), clock));
    }

    /// <summary>Records that one task takes in before it commits.</summary>
    public int RecordsPerCommit { get; init; } = 1;

    /// <summary>Events after which the learner takes in what was settled.</summary>
    public int EventsPerLesson { get; init; } = 1;

    /// <summary>Numbers of the events that cannot come twice.</summary>
    public IReadOnlySet<int>? Refused { get; init; }

    /// <summary>What nodes that enrich find.</summary>
    public ProfileFixtures Profiles { get; init; } = ProfileFixtures.None;

    public List<OutputRecord> Outputs { get; } = [];

    /// <summary>Outputs that said something else when they were sent again.</summary>
    public List<string> Contradictions { get; } = [];

    public int Replayed { get; private set; }

    public LinearModel Model => models.Current;

    public TaskSeat Events => events;

    public IEnumerable<TaskSeat> Seats =>
        [events, .. keyed.Select(lane => lane.Seat), .. datasets.Seats, .. attributions, .. learner is null ? Array.Empty<TaskSeat>() : [learner]];

    /// <summary>What the datasets put into the harmonized table, and the newest day that each told of.</summary>
    public Task<(HarmonizedTable Table, IReadOnlyDictionary<string, DateOnly> Told)> TableAsync(CancellationToken stop) => datasets.TableAsync(stop);

    public int Deaths => Seats.Sum(seat => seat.Deaths);

    /// <summary>Newest time of the events seen, ms since 1970.</summary>
    public long NewestMs => (events.Task as PartitionTask)?.Progress.NewestMs ?? 0;

    public DateTimeOffset Now => clock.Now;

    /// <summary>The number of the event at an offset; 0 where none is.</summary>
    public int NumberAt(long offset) => numberAt.GetValueOrDefault(offset);

    public async Task RunAsync(IEnumerable<RehearsalStep> steps, CancellationToken stop)
    {
        await PassAsync(lesson: true, stop);
        foreach (RehearsalStep step in steps)
        {
            clock.Now = step.At;
            long now = step.At.ToUnixTimeMilliseconds();
            if (step.Table is { } table)
            {
                await datasets.ReadAsync(table, now, stop);
                await PassAsync(lesson: false, stop);
            }
            else if (step is { Value: { } row, Topic: { } topic } && plan.Topics.Prefix + topic.Text != plan.Topics.Events)
            {
                number++;
                datasets.Append(plan.Topics.Prefix + topic.Text, now, step.Key, row);
                await PassAsync(lesson: false, stop);
            }
            else if (step.Value is { } value)
            {
                await ArriveAsync(step.Key, value, stop);
            }
            else
            {
                await AdvanceAsync(stop);
            }
        }

        await PassAsync(lesson: true, stop);
    }

    private PartitionTask TaskOf(TopologyPlan its, IStateStore store, string name, ModelRegister register) => new(new TaskParts
    {
        Live = new LiveTopology(its),
        Partition = 0,
        Store = store,
        Sink = new Outlet(this, name),
        Models = register,
        Profiles = Profiles,
    });

    // Origins are counted by task.
    private sealed class Outlet(RehearsalRun run, string task) : IRecordSink
    {
        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => run.Take(task, topic, key, value);

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }

    private void Take(string task, string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        OutputRecord record = new(topic, value.ToArray());
        string? identity = record.Identity is { } its ? $"{task} {its}" : null;
        if (identity is null || sent.TryAdd(identity, record.Text))
        {
            Outputs.Add(record);
        }
        else
        {
            Replayed++;
            if (sent[identity] != record.Text)
            {
                Contradictions.Add($"{topic}: a record that was sent before says something else when its task runs again: {record.Text}, before {sent[identity]}");
            }
        }

        // Who reads within the engine gets replays too, and recognises them by itself.
        long now = clock.Now.ToUnixTimeMilliseconds();
        if (topic == plan.Topics.Training)
        {
            learner?.Append(now, key, value);
        }
        else if (topic == plan.Topics.Models)
        {
            models.Offer(JsonSerializer.Deserialize(value, DocumentJson.Default.ModelDocument)!);
        }
        else if (keyed.Find(lane => lane.Topic == topic).Seat is { } seat)
        {
            seat.Append(now, key, value);
        }
    }

    private async Task ArriveAsync(byte[] key, byte[] value, CancellationToken stop)
    {
        number++;
        failures.Enter(number, events.NextOffset);
        numberAt[events.NextOffset] = number;
        long now = clock.Now.ToUnixTimeMilliseconds();
        Append(now, key, value);
        // What is refused has no id to be recognised by, or is refused each time.
        if (Refused?.Contains(number) != true && failures.IsDoubled(number))
        {
            Append(now, key, value);
        }

        bool lesson = ++sinceLearned >= EventsPerLesson;
        if (lesson || events.NextOffset % RecordsPerCommit == 0)
        {
            await PassAsync(lesson, stop);
        }
    }

    private void Append(long nowMs, byte[] key, byte[] value)
    {
        events.Append(nowMs, key, value);
        datasets.Append(plan.Topics.Events, nowMs, key, value);
        foreach (TaskSeat seat in attributions)
        {
            seat.Append(nowMs, key, value);
        }
    }

    // A burst of due visitors is settled a few at a time, so one marker may not be enough.
    private async Task AdvanceAsync(CancellationToken stop)
    {
        await PassAsync(lesson: true, stop);
        byte[] marker = TimeMarker.At(clock.Now);
        long now = clock.Now.ToUnixTimeMilliseconds();
        foreach (TaskSeat seat in keyed.Select(lane => lane.Seat).Prepend(events).Concat(attributions))
        {
            int markers = 0;
            do
            {
                seat.Append(now, TimeMarker.Key, marker);
                await seat.PassAsync(RecordsPerCommit, stop);
            }
            while (++markers < MarkersMax && (await seat.Store.LoadDueAsync(long.MinValue, now, 1, stop)).Length > 0);
        }

        await PassAsync(lesson: true, stop);
    }

    private async Task PassAsync(bool lesson, CancellationToken stop)
    {
        await events.PassAsync(RecordsPerCommit, stop);
        // A lane stands before those that its own key-bys lead to.
        foreach ((_, TaskSeat seat) in keyed)
        {
            await seat.PassAsync(RecordsPerCommit, stop);
        }

        await datasets.PassAsync(RecordsPerCommit, stop);
        foreach (TaskSeat seat in attributions)
        {
            await seat.PassAsync(RecordsPerCommit, stop);
        }

        if (lesson && learner is not null)
        {
            sinceLearned = 0;
            await learner.PassAsync(RecordBatch.RecordsMax, stop);
        }
    }
}
