using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>Kill -9 in every place: the state, the examples and the weights must come out as if nothing had happened.</summary>
public class KillTests(ITestOutputHelper output)
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task An_engine_killed_twenty_times_while_200000_events_flow_leaves_the_state_of_an_undisturbed_run()
    {
        const int Seed = 1;
        const int Kills = 20;
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Garnet, partitions: 8, Stop);
        Random random = new(Seed);
        EngineChild engine = rig.StartEngine();
        await FirstCommitAsync(engine, 0);
        Task<long> producing = rig.ProduceAsync(
            new GeneratorOptions { Users = 19_000, Seed = Seed, DuplicateShare = 0.01, LateShare = 0.02, MalformedShare = 0.005 }, 4_000, Stop);
        int kills = 0;
        for (; kills < Kills; kills++)
        {
            await FirstCommitAsync(engine, 1);
            await Task.Delay(random.Next(20, 600), Stop);
            await engine.Process.KillAsync();
            engine = rig.StartEngine();
        }

        long records = await producing;
        output.WriteLine($"seed {Seed}: {kills} kills while {records} records flowed");
        Assert.True(records >= 200_000);
        await rig.SettledAsync(records, Patience, Stop);
        await engine.Process.EndAsync();
        Assert.Equal(0, engine.Process.ExitCode);
        await UndisturbedRun.AssertEqualsAsync(rig, Stop);
    }

    [Theory]
    [InlineData(LocalRedisKind.Garnet)]
    [InlineData(LocalRedisKind.Redis)]
    public async Task A_redis_killed_and_restarted_while_events_flow_costs_nothing_but_time(LocalRedisKind kind)
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(kind, partitions: 4, Stop);
        EngineChild engine = rig.StartEngine();
        await FirstCommitAsync(engine, 0);
        Task<long> producing = rig.ProduceAsync(new GeneratorOptions { Users = 4_000, Seed = 2 }, 3_000, Stop);
        for (int kill = 0; kill < 3; kill++)
        {
            await FirstCommitAsync(engine, 1 + kill * 8_000);
            await rig.Redis.KillAsync();
            await UntilAsync(async () => (await engine.HealthAsync(Stop)).Code == 503, "health did not turn red");
            await rig.Redis.RestartAsync(Stop);
            await UntilAsync(async () => (await engine.HealthAsync(Stop)).Code == 200, "health did not turn green again");
        }

        await rig.SettledAsync(await producing, Patience, Stop);
        await engine.Process.EndAsync();
        await UndisturbedRun.AssertEqualsAsync(rig, Stop);
    }

    [Fact]
    public async Task A_redis_that_comes_back_empty_when_all_is_applied_is_filled_again_from_the_log()
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, partitions: 4, Stop, isDurable: false);
        EngineChild engine = rig.StartEngine();
        long records = await rig.ProduceAsync(new GeneratorOptions { Users = 1_000, Seed = 6 }, 3_000, Stop);
        await rig.SettledAsync(records, Patience, Stop);
        await rig.Redis.KillAsync();
        await UntilAsync(async () => (await engine.HealthAsync(Stop)).Code == 503, "health did not turn red though nothing flows");
        await rig.Redis.RestartAsync(Stop);
        await UntilAsync(async () => (await engine.HealthAsync(Stop)).Code == 200, "health did not turn green again");
        await rig.SettledAsync(records, Patience, Stop);
        await engine.Process.EndAsync();
        await UndisturbedRun.AssertEqualsAsync(rig, Stop);
    }

    [Fact]
    public async Task Of_two_engines_that_share_the_partitions_one_may_be_killed_again_and_again()
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, partitions: 8, Stop);
        EngineChild steady = rig.StartEngine("tasks");
        EngineChild doomed = rig.StartEngine();
        await SharedAsync(steady, doomed);
        Task<long> producing = rig.ProduceAsync(new GeneratorOptions { Users = 5_000, Seed = 3 }, 2_500, Stop);
        for (int kill = 0; kill < 3; kill++)
        {
            await FirstCommitAsync(doomed, 1);
            await doomed.Process.KillAsync();
            doomed = rig.StartEngine();
            await SharedAsync(steady, doomed);
        }

        await rig.SettledAsync(await producing, Patience, Stop);
        await doomed.Process.EndAsync();
        await steady.Process.EndAsync();
        await UndisturbedRun.AssertEqualsAsync(rig, Stop);
    }

    [Fact]
    public async Task A_stopped_engine_whose_partitions_moved_away_writes_nothing_when_it_wakes()
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, partitions: 4, Stop);
        EngineChild zombie = rig.StartEngine("tasks");
        await FirstCommitAsync(zombie, 0);
        Task<long> producing = rig.ProduceAsync(new GeneratorOptions { Users = 3_000, Seed = 4 }, 2_000, Stop);
        await FirstCommitAsync(zombie, 1);
        await zombie.SignalAsync("STOP");
        EngineChild heir = rig.StartEngine();
        await UntilAsync(async () => await heir.StatusAsync(Stop) is { Partitions.Length: 4 }, "the partitions did not move");
        await FirstCommitAsync(heir, 1);
        // It wakes in the middle of a batch, with a cache that is older than the state.
        await zombie.SignalAsync("CONT");
        long records = await producing;
        await rig.SettledAsync(records, Patience, Stop);
        await zombie.Process.EndAsync();
        await heir.Process.EndAsync();
        await UndisturbedRun.AssertEqualsAsync(rig, Stop);
    }

    private static Task FirstCommitAsync(EngineChild engine, long applied) => UntilAsync(
        async () => await engine.StatusAsync(Stop) is { Partitions.Length: > 0 } status && status.Applied >= applied,
        $"the engine did not apply {applied} records:\n{string.Join('\n', engine.Process.LastLines)}");

    private static Task SharedAsync(EngineChild one, EngineChild other) => UntilAsync(
        async () => await one.StatusAsync(Stop) is { Partitions.Length: > 0 } && await other.StatusAsync(Stop) is { Partitions.Length: > 0 },
        "the partitions were not shared");

    private static async Task UntilAsync(Func<Task<bool>> holds, string otherwise)
    {
        long start = TimeProvider.System.GetTimestamp();
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60), otherwise);
            await tick.WaitForNextTickAsync(Stop);
        }
    }
}
