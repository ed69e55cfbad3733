using System.Text.Json;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Featurize;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Tests.Repository;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests;

/// <summary>Holds the hot paths to perf/budgets.json: bytes allocated per operation once everything has grown to its size.</summary>
public class AllocationBudgetTests
{
    private const int Operations = 20_000;
    private static readonly TopologyPlan Topology = TopologyLoader.Load(RepositoryFiles.Full("topologies/luma-propensity/topology.yaml")).Plan!;

    [Fact]
    public void Every_budget_is_held_by_a_case_here() => Assert.Equal(
        Budgets().Keys.Order(),
        TestNames().Order());

    [Fact]
    public void Reading_featurizing_and_scoring_an_event()
    {
        List<RecordBatch> batches = Events();
        EventReader reader = new(Topology);
        Featurizer featurizer = new(Topology);
        Scorer scorer = new(Topology.Schema);
        VisitorTable visitors = new(Topology.Schema.RowWords);
        LinearModel model = LinearModel.OfBaseRate(0.1, Topology.Schema.InputCount);
        Hold("event: parse, featurize, score", () =>
        {
            foreach (RecordBatch batch in batches)
            {
                EventBatch events = reader.Read(batch);
                for (int i = 0; i < events.Count; i++)
                {
                    int slot = visitors.Find(events[i].Visitor);
                    slot = slot < 0 ? visitors.Add(events[i].Visitor) : slot;
                    featurizer.Apply(visitors.Row(slot), events[i].TimeMs, events.Symbols(i), events.Amounts(i));
                    scorer.Score(model, visitors.Row(slot), events[i].TimeMs);
                }
            }
        });
    }

    [Fact]
    public void One_step_of_the_featurizer()
    {
        Featurizer featurizer = new(Topology);
        long[] row = new long[Topology.Schema.RowWords];
        int[] symbols = [1];
        long ms = 1_790_000_000_000;
        Hold("featurizer step", () => Repeat(() => featurizer.Apply(row, ms++, symbols, [])));
    }

    [Fact]
    public void Joining_labels_and_writing_what_leaves_the_task()
    {
        LabelJoin labels = new(Topology.Model!, Topology.Source.Lateness);
        TaskOutputs outputs = new(Topology, 0, new SilentSink());
        VisitorMemory visitor = new(Topology.Schema.RowWords, []) { Id = "44151791191760264503989199005142605453"u8.ToArray(), ScoreModelVersion = 7 };
        long[] row = new long[Topology.Schema.RowWords];
        long ms = 1_790_000_000_000;
        RecordBatch batch = new();
        batch.Add(1, ms, [], "{}"u8);
        Hold("event: state, featurize, score, label join, outputs, without the commit", () => Repeat(() =>
        {
            row[0] = ms += 3_600_000;
            visitor.EventIds.TryAdd(new Hash128(1, (ulong)ms), ms, ms - 86_400_000);
            row.CopyTo(visitor.Pending.Add(ms));
            outputs.StartOf(batch, 0);
            outputs.Score(visitor, row, ms);
            ReadOnlySpan<bool> settled = labels.Expired(visitor.Pending, ms + 1);
            for (int i = 0; i < settled.Length; i++)
            {
                if (settled[i])
                {
                    outputs.Example(visitor.Id, visitor.Pending.TimeMs(i), visitor.Pending.Row(i), label: false);
                }
            }

            visitor.Pending.RemoveSettled(settled);
            visitor.ScheduledDueMs = labels.DueMs(visitor.Pending);
        }));
    }

    [Fact]
    public void Writing_a_score_record()
    {
        ScoreRecordWriter writer = new(Topology.Schema, "propensity");
        long[] row = new long[Topology.Schema.RowWords];
        Hold("score record written", () => Repeat(() => writer.Write("visitor"u8, 0.5, 1, 1_790_000_000_000, new Origin(1, 2, 3), 4, row)));
    }

    [Fact]
    public void Writing_a_training_example()
    {
        TrainingExampleWriter writer = new(Topology.Schema);
        double[] values = new double[Topology.Schema.Features.Length];
        Hold("training example written", () => Repeat(() => writer.Write("visitor"u8, 1_790_000_000_000, true, new Origin(1, 2, 3), values)));
    }

    [Fact]
    public void Predicting_and_learning_an_example()
    {
        FtrlLearner learner = new(Topology.Model!.Learner, Topology.Schema.InputCount);
        double[] inputs = [.. Enumerable.Range(0, Topology.Schema.InputCount).Select(i => 0.1 * i)];
        bool label = false;
        Hold("learner: predict then learn", () => Repeat(() => learner.PredictThenLearn(inputs, [], label = !label)));
    }

    [Fact]
    public void Reading_an_event_by_40_rules_and_merging_it_into_its_cell()
    {
        (DatasetPlan plan, List<RecordBatch> batches) = Harmonize.FortyRules.Make(Operations);
        DatasetReader reader = new(plan, Harmonize.DatasetWorld.Source, 0);
        DatasetState state = new(new MemoryStateStore(), plan.Metrics.Length, 0, 50_000);
        Hold("event harmonized: parse, 40 rules, merge into a cell, without the commit", () =>
        {
            foreach (RecordBatch batch in batches)
            {
                state.MakeRoom();
                DatasetBatch rows = reader.Read(batch);
                for (int i = 0; i < rows.Count; i++)
                {
                    Assert.True(rows[i].Verdict == RecordVerdict.Event);
                    state.WantCell(rows[i].Key);
                    state.WantVisitor(rows[i].Visitor, rows.VisitorKey(i));
                }

                state.LoadAsync(CancellationToken.None).GetAwaiter().GetResult();
                for (int i = 0; i < rows.Count; i++)
                {
                    IdentityMemory visitor = state.Visitor(rows[i].Visitor);
                    visitor.Ids.TryAdd(rows[i].EventId, rows[i].TimeMs, 0);
                    state.Changed(visitor);
                    CellMemory cell = state.Cell(rows[i].Key);
                    cell.Add(in rows[i], rows.Amounts(i), rows.Present(i), 0);
                    state.Changed(cell, rows[i].Offset);
                }
            }
        });
    }

    [Fact]
    public void Counting_journeys_and_scoring_paths()
    {
        Random random = new(1);
        int[][] paths = [.. Enumerable.Range(0, 64).Select(_ => Enumerable.Range(0, 1 + random.Next(9)).Select(_ => random.Next(8)).ToArray())];
        MarkovCounts first = new(1);
        MarkovCounts fourth = new(4);
        EqualSplitShapley split = new();
        ChannelSetCounts sets = new();
        int at = 0;
        Hold("journey counted: Markov of orders 1 and 4, both Shapley values", () => Repeat(() =>
        {
            int[] path = paths[at++ & 63];
            first.Add(path, 1, 2, 3);
            fourth.Add(path, 1, 2, 3);
            split.Add(path, 1, 2);
            sets.Add(path, 1, 2, 3);
        }));
        HazardModel model = new(new HazardOptions());
        model.Reserve(8);
        ExposureDays days = new(model);
        Hold("survival model: learn a stretch of days", () => Repeat(() =>
        {
            days.Clear();
            days.Touch(20_000, at++ & 7);
            days.Touch(20_003, 1);
            days.Learn(20_000, 20_010);
        }));
        double[] shares = new double[9];
        Hold("incremental shares of a path", () => Repeat(() => IncrementalShares.Of([0.1, 0.5, 0, 0.2, 0.9, 0.3, 0.1, 0.4, 0.2], shares)));
    }

    private static void Hold(string operation, Action run)
    {
        run();
        run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        run();
        double perOperation = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Operations;
        // Tiering may allocate a few hundred bytes once, which is nothing per operation.
        Assert.True(perOperation <= Budgets()[operation] + 0.05, $"'{operation}' allocates {perOperation:F2} B, its budget is {Budgets()[operation]} B");
    }

    private static void Repeat(Action once)
    {
        for (int i = 0; i < Operations; i++)
        {
            once();
        }
    }

    private static List<RecordBatch> Events()
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = 3_000 });
        List<RecordBatch> batches = [new()];
        for (int i = 0; i < Operations && generator.TryNext(out GeneratedRecord record); i++)
        {
            if (batches[^1].IsFull)
            {
                batches.Add(new RecordBatch());
            }

            batches[^1].Add(i, long.MaxValue / 2, record.Key, record.Value);
        }

        return batches;
    }

    private static string[] TestNames() =>
    [
        "event: parse, featurize, score", "featurizer step", "event: state, featurize, score, label join, outputs, without the commit",
        "score record written", "training example written", "learner: predict then learn",
        "event harmonized: parse, 40 rules, merge into a cell, without the commit",
        "journey counted: Markov of orders 1 and 4, both Shapley values", "survival model: learn a stretch of days", "incremental shares of a path",
    ];

    private static Dictionary<string, double> Budgets() =>
        JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(RepositoryFiles.Full("perf/budgets.json")))!;

    private sealed class SilentSink : IRecordSink
    {
        public void Send(string topic, int partition, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
        }

        public Task FlushAsync(CancellationToken stop) => Task.CompletedTask;
    }
}
