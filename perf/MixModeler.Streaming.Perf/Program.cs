using System.CommandLine;
using MixModeler.Streaming.Perf;

// Every benchmark stands in this list; `bench NAME` finds it by its name.
IBench[] benches =
[
    new EngineBench(),
    new FeaturizerBench(),
    new KafkaBench(),
    new FreshnessBench(),
    new ApplyBench(),
    new LearnerBench(),
    new LearningBench(),
    new EdgeBench(),
    new CelBench(),
    new HarmonizeBench(),
    new AttributionBench(),
    new MixBench(),
    new ScienceBench(),
    new PlanBench(),
    new MicroBench(),
];

Option<bool> json = new("--json") { Description = "Print the rows as JSON.", Recursive = true };
Option<bool> quick = new("--quick") { Description = "A short run to see that it works; its figures are not kept.", Recursive = true };
Command bench = new("bench", "Run one benchmark, e.g. `bench edge --json`.") { json, quick };
foreach (IBench each in benches)
{
    Command command = new(each.Name, each.Summary);
    command.SetAction((parsed, stop) => BenchAsync(each, parsed.GetValue(json), parsed.GetValue(quick), stop));
    bench.Subcommands.Add(command);
}

RootCommand root = new("Benchmarks of MixModeler.Streaming: each prints a ratio against something run beside it.")
{
    bench,
    EdgeServeCommand.Create(),
};
return await root.Parse(args).InvokeAsync();

static async Task<int> BenchAsync(IBench bench, bool json, bool quick, CancellationToken stop)
{
    (long, long) before = BenchReport.CpuTicks();
    IReadOnlyList<BenchRow> rows = await bench.RunAsync(new BenchSettings(quick, Console.Error.WriteLine), stop);
    BenchReport.Print(rows, json, Console.Out);
    if (!quick && BenchReport.Keep(bench.Name, rows, BenchReport.Machine(before), TimeProvider.System) is string file)
    {
        Console.Error.WriteLine($"kept in {file}");
    }

    return 0;
}
