using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Featurize;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Perf;

/// <summary>`bench micro`: BenchmarkDotNet over the single steps of an event's way, nanoseconds and bytes each.</summary>
internal sealed class MicroBench : IBench
{
    public string Name => "micro";

    public string Summary => "BenchmarkDotNet over the single steps of an event's way: nanoseconds and bytes each";

    public Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        Job job = (settings.Quick ? Job.Dry : Job.ShortRun).WithToolchain(InProcessNoEmitToolchain.Instance);
        IConfig config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
            .AddDiagnoser(BenchmarkDotNet.Diagnosers.MemoryDiagnoser.Default)
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "mixmodeler-benchmarkdotnet"));
        Summary summary = BenchmarkRunner.Run<EventSteps>(config);
        List<BenchRow> rows = [];
        foreach (BenchmarkReport report in summary.Reports.Where(r => r.ResultStatistics is not null))
        {
            string step = report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Replace('_', ' ');
            rows.Add(new BenchRow(step, report.ResultStatistics!.Mean, "ns"));
            rows.Add(new BenchRow(step + ", allocated", report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0, "B"));
        }

        return Task.FromResult<IReadOnlyList<BenchRow>>(rows);
    }
}

/// <summary>One event's steps, each alone. Public because BenchmarkDotNet asks for it.</summary>
public class EventSteps
{
    private static readonly TopologyPlan Topology = Shipped.LumaPropensity();
    private readonly EventReader reader = new(Topology);
    private readonly Featurizer featurizer = new(Topology);
    private readonly Scorer scorer = new(Topology.Schema);
    private readonly ScoreRecordWriter scores = new(Topology.Schema, "propensity");
    private readonly VisitorTable visitors = new(Topology.Schema.RowWords);
    private readonly FtrlLearner learner = new(Topology.Model!.Learner, Topology.Schema.InputCount);
    private readonly LinearModel model = LinearModel.OfBaseRate(0.1, Topology.Schema.InputCount);
    private readonly RecordBatch batch = new();
    private readonly long[] row = new long[Topology.Schema.RowWords];
    private readonly double[] inputs = new double[Topology.Schema.InputCount];
    private readonly byte[] visitor = "44151791191760264503989199005142605453"u8.ToArray();
    private long ms = 1_790_000_000_000;
    private bool label;

    [GlobalSetup]
    public void Prepare()
    {
        LumaGenerator generator = new(new GeneratorOptions { Users = 10 });
        generator.TryNext(out GeneratedRecord record);
        batch.Add(0, long.MaxValue / 2, record.Key, record.Value);
        for (int v = 0; v < 100_000; v++)
        {
            visitors.Add(Hash128.Of(BitConverter.GetBytes(v)));
        }
    }

    [Benchmark]
    public int Read_one_event() => reader.Read(batch).Count;

    [Benchmark]
    public int Hash_and_find_a_visitor_among_100000()
    {
        Span<byte> id = stackalloc byte[4];
        BitConverter.TryWriteBytes(id, (int)(ms++ % 100_000));
        return visitors.Find(Hash128.Of(id));
    }

    [Benchmark]
    public void Featurize_one_event() => featurizer.Apply(row, ms += 1_000, [1], []);

    [Benchmark]
    public double Score_one_row() => scorer.Score(model, row, ms);

    [Benchmark]
    public double Predict_and_learn_one_example() => learner.PredictThenLearn(inputs, [], label = !label);

    [Benchmark]
    public int Write_one_score_record() => scores.Write(visitor, 0.5, 1, ms, new Origin(1, 2, 3), ms, row).Length;
}
