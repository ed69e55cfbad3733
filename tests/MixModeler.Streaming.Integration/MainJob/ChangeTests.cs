using System.Text.Json;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>A topology is changed again and again while events flow: nothing is lost, nothing comes twice, what was not touched stays.</summary>
[Collection(Alone.Name)]
public class ChangeTests(ITestOutputHelper output)
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    [Fact]
    public async Task Thirty_random_changes_while_events_flow_through_two_engines_leave_the_state_of_an_undisturbed_run()
    {
        const int Seed = 1;
        const int Changes = 30;
        const int EventsPerSecond = 20_000;
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, partitions: 4, Stop);
        EngineChild one = rig.StartEngine(isKilled: false);
        EngineChild other = rig.StartEngine("tasks", isKilled: false);
        await SharedAsync(one, other);
        VersionedTopology topology = new(rig, one);
        GeneratorOptions visitors = new() { Users = 100_000, Seed = Seed, Start = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero) };
        EventLoad load = new(rig, visitors, times: 8, EventsPerSecond, Stop);
        await Until.HoldsAsync(() => Task.FromResult(load.Sent > EventsPerSecond), "no events flow", Stop);

        Random random = new(Seed);
        List<string> made = [];
        (long Sent, long At) before = (load.Sent, TimeProvider.System.GetTimestamp());
        for (int i = 0; i < Changes; i++)
        {
            made.Add(i == Changes / 2 ? await topology.RefuseAsync(Stop) : await load.BesideAsync(topology.ChangeAsync(random, Stop)));
        }

        TimeSpan took = TimeProvider.System.GetElapsedTime(before.At);
        double rate = (load.Sent - before.Sent) / took.TotalSeconds;
        long records = await load.EndAsync();
        output.WriteLine($"seed {Seed}: {records} records, {rate:0}/s for the {took.TotalSeconds:0} s of the changes: {string.Join(", ", made)}");
        Assert.True(made.Distinct().Count() > 4);
        // A quiet machine sends all of them; a busy one must not fail a test of what becomes of the events.
        Assert.True(rate >= (load.WasHeld ? 0.05 : 0.75) * EventsPerSecond, $"only {rate:0} events/s flowed");
        await rig.SettledAsync(records, Patience, Stop);
        await topology.MigratedAsync(Stop);
        await one.Process.EndAsync();
        await other.Process.EndAsync();
        await ChangedRun.AssertEqualsAsync(rig, topology.ActivePlan, Stop);
    }

    [Fact]
    public async Task An_engine_killed_in_the_middle_of_every_change_finishes_or_abandons_it_when_it_starts_again()
    {
        const int Seed = 2;
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, partitions: 4, Stop);
        EngineChild engine = rig.StartEngine();
        await FirstCommitAsync(engine);
        Task<long> producing = rig.ProduceAsync(new GeneratorOptions { Users = 12_000, Seed = Seed }, 3_000, Stop);
        VersionedTopology topology = new(rig, engine);
        Random random = new(Seed);
        Dictionary<string, int> ends = [];
        for (int i = 0; i < 8; i++)
        {
            string id = await topology.BeginAsync(random, Stop);
            await Task.Delay(random.Next(1, 400), Stop);
            await engine.Process.KillAsync();
            engine = rig.StartEngine();
            topology.Ask(engine);
            string end = await topology.EndOfAsync(id, Stop);
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }

        long records = await producing;
        output.WriteLine($"seed {Seed}: {records} records, {JsonSerializer.Serialize(ends)}");
        Assert.All(ends.Keys, end => Assert.Contains(end, (string[])["done", "abandoned"]));
        await rig.SettledAsync(records, Patience, Stop);
        await topology.MigratedAsync(Stop);
        await engine.Process.EndAsync();
        await ChangedRun.AssertEqualsAsync(rig, topology.ActivePlan, Stop);
    }

    private static Task FirstCommitAsync(EngineChild engine) => Until.HoldsAsync(
        async () => await engine.StatusAsync(Stop) is { Started: true, Partitions.Length: > 0 }, "the engine did not start", Stop);

    private static Task SharedAsync(EngineChild one, EngineChild other) => Until.HoldsAsync(
        async () => await one.StatusAsync(Stop) is { Started: true, Partitions.Length: > 0 }
            && await other.StatusAsync(Stop) is { Started: true, Partitions.Length: > 0 },
        "the partitions were not shared",
        Stop);
}
