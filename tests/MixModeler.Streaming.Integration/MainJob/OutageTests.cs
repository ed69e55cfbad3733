using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>Broker or Redis away, at the start or in the middle: a sentence, red health, and on where it was when they return.</summary>
public class OutageTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task With_broker_and_redis_away_at_the_start_it_says_so_waits_and_then_works()
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, partitions: 4, Stop);
        long records = await rig.ProduceAsync(new GeneratorOptions { Users = 500, Seed = 8 }, 0, Stop);
        rig.Broker.TakeDown();
        await rig.Redis.KillAsync();
        EngineChild engine = rig.StartEngine();
        await HealthAsync(engine, 503);
        await SaidAsync(engine, "Kafka");
        rig.Broker.BringUp();
        await SaidAsync(engine, rig.Redis.Endpoint);
        await rig.Redis.RestartAsync(Stop);
        await rig.SettledAsync(records, Patience, Stop);
        await HealthAsync(engine, 200);
        await engine.Process.EndAsync();
        await UndisturbedRun.AssertEqualsAsync(rig, Stop);
    }

    [Fact]
    public async Task A_broker_that_goes_away_in_the_middle_costs_nothing_but_time()
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, partitions: 4, Stop);
        EngineChild engine = rig.StartEngine();
        await HealthAsync(engine, 200);
        Task<long> producing = rig.ProduceAsync(new GeneratorOptions { Users = 2_000, Seed = 9 }, 3_000, Stop);
        await SomeAppliedAsync(engine);
        rig.Broker.TakeDown();
        await HealthAsync(engine, 503);
        Assert.NotEmpty((await engine.StatusAsync(Stop))!.Problems);
        rig.Broker.BringUp();
        await rig.SettledAsync(await producing, Patience, Stop);
        await HealthAsync(engine, 200);
        await engine.Process.EndAsync();
        await UndisturbedRun.AssertEqualsAsync(rig, Stop);
    }

    private static Task HealthAsync(EngineChild engine, int code) =>
        UntilAsync(async () => (await engine.HealthAsync(Stop)).Code == code, $"health did not become {code}", engine);

    private static Task SaidAsync(EngineChild engine, string word) =>
        UntilAsync(() => Task.FromResult(engine.Process.LastLines.Any(l => l.Contains(word, StringComparison.Ordinal))), $"nothing was said of {word}", engine);

    private static Task SomeAppliedAsync(EngineChild engine) =>
        UntilAsync(async () => await engine.StatusAsync(Stop) is { Applied: > 1_000 }, "nothing was applied", engine);

    private static async Task UntilAsync(Func<Task<bool>> holds, string otherwise, EngineChild engine)
    {
        long start = TimeProvider.System.GetTimestamp();
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(60))
            {
                Assert.Fail($"{otherwise}:\n{string.Join('\n', engine.Process.LastLines)}");
            }

            await tick.WaitForNextTickAsync(Stop);
        }
    }
}
