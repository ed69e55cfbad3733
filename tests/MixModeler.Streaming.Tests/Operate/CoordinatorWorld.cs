using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Operate;

/// <summary>A log, and those who read and write it: everybody sees a prefix of their own and may die at any step.</summary>
internal sealed class CoordinatorWorld
{
    private const int Partitions = 3;

    private readonly Random random;
    private readonly int seed;
    private readonly LogBook log = new();
    private readonly View[] coordinators;
    private readonly Worker[] workers;
    private readonly List<string> asked = [];
    private DateTimeOffset now = LogBook.Noon;
    private int starts;

    public CoordinatorWorld(int seed)
    {
        this.seed = seed;
        random = new Random(seed);
        log.Start("v0");
        coordinators = [NewCoordinator(), NewCoordinator()];
        workers = [.. Enumerable.Range(0, Partitions).Select(partition => new Worker(partition))];
    }

    /// <summary>How far somebody has read, and what they do.</summary>
    private sealed class View(ChangeCoordinator coordinator)
    {
        public ChangeCoordinator Coordinator { get; } = coordinator;

        public int Read { get; set; }
    }

    /// <summary>A partition's task: its version survives a crash, what it prepared does not.</summary>
    private sealed class Worker(int partition)
    {
        public int Partition { get; } = partition;

        public int Read { get; set; }

        public string Version { get; set; } = "v0";

        public string Prepared { get; set; } = "";

        public string ToldSwitched { get; set; } = "";
    }

    public void Disturb(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            now += TimeSpan.FromSeconds(random.Next(12) == 0 ? 30 : 1);
            switch (random.Next(12))
            {
                case 0 or 1:
                    Ask();
                    break;
                case 2 when log.State.Open is { } open:
                    log.Decide(open.Id, $"person-{i}", random.Next(3) == 0 ? ChangeVerdict.Abandon : ChangeVerdict.Promote);
                    break;
                case 3:
                    coordinators[random.Next(2)] = NewCoordinator();
                    break;
                case 4:
                    Crash(workers[random.Next(Partitions)]);
                    break;
                case 5 or 6 or 7:
                    Coordinate(coordinators[random.Next(2)], dies: random.Next(5) == 0);
                    break;
                default:
                    Work(workers[random.Next(Partitions)]);
                    break;
            }
        }
    }

    /// <summary>From here on nobody dies: everything that is under way must come to its end.</summary>
    public void Settle()
    {
        for (int i = 0; i < 150; i++)
        {
            now += TimeSpan.FromSeconds(1);
            if (i % 20 == 0 && log.State.Open is { Request.Shadow: true, PromotedBy: null } open)
            {
                log.Decide(open.Id, $"at-last-{i}", ChangeVerdict.Promote);
            }

            foreach (View view in coordinators)
            {
                view.Read = log.Records.Count;
                Coordinate(view, dies: false);
            }

            foreach (Worker worker in workers)
            {
                worker.Read = log.Records.Count;
                Work(worker);
            }
        }
    }

    public Dictionary<ChangeStage, int> Check()
    {
        TopologyState state = log.State;
        Assert.True(state.Open is null, $"seed {seed}: the change {state.Open?.Id} is stuck in {state.Open?.Stage}");
        Dictionary<ChangeStage, int> outcomes = [];
        foreach (string id in asked)
        {
            ChangeStage stage = state.Changes[id].Stage;
            Assert.True(stage is ChangeStage.Done or ChangeStage.Abandoned or ChangeStage.Refused, $"seed {seed}: {id} is {stage}");
            outcomes[stage] = outcomes.GetValueOrDefault(stage) + 1;
        }

        Assert.All(workers, worker => Assert.True(
            worker.Version == state.Active, $"seed {seed}: partition {worker.Partition} runs {worker.Version}, the log says {state.Active}"));
        Assert.Equal(LogBook.Shown(state), LogBook.Shown(LogBook.Fold(log.Compacted)));
        return outcomes;
    }

    private View NewCoordinator() =>
        new(new ChangeCoordinator($"s{++starts}", (_, change) => change.Request.To == "v9" ? "v9 is bad" : null, TimeSpan.FromSeconds(60)));

    private void Ask()
    {
        // Somebody who looked a while ago.
        TopologyState seen = log.StateAfter(Math.Max(2, log.Records.Count - random.Next(4)));
        string id = $"c{log.End}";
        string to = $"v{random.Next(10)}";
        if (to != seen.Active)
        {
            asked.Add(id);
            log.Ask(id, seen.Active!, to, random.Next(4) == 0, random.Next(2) == 0 ? seen.Sequence : null, Partitions);
        }
    }

    private void Coordinate(View view, bool dies)
    {
        view.Read = Math.Max(view.Read, random.Next(view.Read, log.Records.Count + 1));
        ControlEntry? entry = view.Coordinator.Next(log.StateAfter(view.Read), now);
        if (entry is not null && (!dies || random.Next(2) == 0))
        {
            log.Add(entry);
        }

        if (dies)
        {
            coordinators[Array.IndexOf(coordinators, view)] = NewCoordinator();
        }
    }

    private void Work(Worker worker)
    {
        // Whoever takes a partition over first reads the log to its end, or it might obey what is long past.
        worker.Read = worker.Read < 0 ? log.Records.Count : Math.Max(worker.Read, random.Next(worker.Read, log.Records.Count + 1));
        TopologyState state = log.StateAfter(worker.Read);
        if (state.Open is not { } open)
        {
            return;
        }

        if (worker.Version == open.Request.To && open.Stage == ChangeStage.Switching)
        {
            if (worker.ToldSwitched != open.Id)
            {
                worker.ToldSwitched = open.Id;
                Tell(worker, open, TaskStage.Switched);
            }
        }
        else if (worker.Prepared != open.Id)
        {
            bool fails = open.Request.To == "v8" && open.Stage == ChangeStage.Preparing;
            worker.Prepared = fails ? "" : open.Id;
            Tell(worker, open, fails ? TaskStage.Failed : TaskStage.Ready);
        }
        else if (open.Stage == ChangeStage.Switching)
        {
            worker.Version = open.Request.To;
            if (random.Next(4) == 0)
            {
                Crash(worker);
            }
        }
    }

    private void Tell(Worker worker, ChangeState change, TaskStage stage) =>
        log.Add(ControlEntry.Of(LogBook.Name, new TaskReport(change.Id, worker.Partition, stage), "e", now));

    private static void Crash(Worker worker)
    {
        worker.Read = -1;
        worker.Prepared = "";
        worker.ToldSwitched = "";
    }
}
