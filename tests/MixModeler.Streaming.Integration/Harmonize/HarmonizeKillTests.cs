using MixModeler.Streaming.Integration.MainJob;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Integration.Harmonize;

/// <summary>Kill -9 in every place: the harmonized table must come out as if nothing had happened.</summary>
public class HarmonizeKillTests(ITestOutputHelper output)
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LocalRedisKind.Garnet, 8)]
    [InlineData(LocalRedisKind.Redis, 8)]
    public async Task An_engine_killed_again_and_again_while_rows_factors_and_events_flow_leaves_the_table_of_an_undisturbed_run(
        LocalRedisKind kind, int kills)
    {
        const int Seed = 11;
        const int Records = 24_000;
        await using HarmonizeRig rig = await HarmonizeRig.StartAsync(kind, partitions: 3, Stop);
        Random random = new(Seed);
        EngineChild engine = rig.StartEngine();
        await WorksAsync(engine, 0);
        Task producing = rig.ProduceAsync(HarmonizeWorld.Records(Seed, Records), 1_200, Stop);
        for (int kill = 0; kill < kills; kill++)
        {
            await WorksAsync(engine, 1);
            await Task.Delay(random.Next(20, 500), Stop);
            await engine.Process.KillAsync();
            engine = rig.StartEngine();
        }

        await producing;
        output.WriteLine($"seed {Seed}: {kills} kills while {Records} records flowed");
        await rig.SettledAsync(engine, Stop);
        await rig.AssertUndisturbedAsync(engine, rig.Plan, Stop);
    }

    [Fact]
    public async Task Two_engines_share_the_datasets_answer_alike_and_one_may_be_killed()
    {
        await using HarmonizeRig rig = await HarmonizeRig.StartAsync(LocalRedisKind.Redis, partitions: 4, Stop);
        EngineChild one = rig.StartEngine();
        EngineChild other = rig.StartEngine();
        await WorksAsync(one, 0);
        await WorksAsync(other, 0);
        await rig.ProduceAsync(HarmonizeWorld.Records(12, 6_000), 3_000, Stop);
        await other.Process.KillAsync();
        await rig.ProduceAsync(HarmonizeWorld.Records(13, 3_000), 3_000, Stop);
        EngineChild heir = rig.StartEngine();
        await rig.SettledAsync(one, Stop);
        await rig.AssertUndisturbedAsync(one, rig.Plan, Stop);
        await rig.SettledAsync(heir, Stop);
        Assert.Equal(
            (await rig.GridAsync(one, Stop)).Rows.Select(HarmonizeRig.Line), (await rig.GridAsync(heir, Stop)).Rows.Select(HarmonizeRig.Line));
    }

    private static Task WorksAsync(EngineChild engine, long accepted) => Until.HoldsAsync(
        async () => await engine.StatusAsync(Stop) is { Started: true } status
            && status.Datasets.Sum(each => each.Partitions.Length) > 0 && status.Datasets.Sum(each => each.Accepted) >= accepted,
        () => $"the engine accepted nothing:\n{string.Join('\n', engine.Process.LastLines)}",
        Stop);
}
