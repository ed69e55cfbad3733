using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Integration.MainJob;

using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology;
using StackExchange.Redis;

namespace MixModeler.Streaming.Integration.Harmonize;

/// <summary>Rules that change while records flow.</summary>
public class RuleChangeTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_rule_is_made_beside_the_old_one_and_then_shown_in_one_step()
    {
        await using HarmonizeRig rig = await HarmonizeRig.StartAsync(LocalRedisKind.Redis, partitions: 2, Stop);
        EngineChild engine = rig.StartEngine();
        await rig.ProduceAsync(HarmonizeWorld.Records(21, 6_000), 0, Stop);
        await rig.SettledAsync(engine, Stop);
        string[] channels = await ChannelsAsync(rig, engine);
        Assert.Contains("snap", channels);

        string file = rig.Write("next", HarmonizeWorld.Topology.Replace("channel: { field: platform }", "channel: { value: Paid social }", StringComparison.Ordinal));
        TopologyPlan next = TopologyLoader.Load(file).Plan!;
        using CancellationTokenSource shown = new();
        Task<int> watching = NeverEmptyAsync(rig, engine, shown.Token);
        Task producing = rig.ProduceAsync(HarmonizeWorld.Records(22, 3_000), 1_000, Stop);
        (int code, string text, string complaint) = await Seeing.Cli.RunAsync("topology", "apply", file, "--engine", $"127.0.0.1:{engine.ControlPort}");
        Assert.True(code == 0, text + complaint);
        await producing;
        await rig.SettledAsync(engine, Stop, next.Harmonized);
        await shown.CancelAsync();
        Assert.True(await watching > 5);
        channels = await ChannelsAsync(rig, engine);
        Assert.Contains("Paid social", channels);
        Assert.DoesNotContain("snap", channels);
        await rig.AssertUndisturbedAsync(engine, next, Stop);
    }

    [Fact]
    public async Task Preferences_and_definitions_act_at_once_and_a_removed_dataset_was_never_there()
    {
        await using HarmonizeRig rig = await HarmonizeRig.StartAsync(LocalRedisKind.Garnet, partitions: 2, Stop);
        EngineChild engine = rig.StartEngine();
        await rig.ProduceAsync(HarmonizeWorld.Records(23, 4_000), 0, Stop);
        await rig.SettledAsync(engine, Stop);
        string both = await ClicksOfFacebookAsync(rig, engine);

        string events = HarmonizeWorld.Topology + "\nmergePreferences: { default: Event data }\n";
        await ApplyAsync(rig, engine, "events", events);
        await Until.HoldsAsync(async () => await ClicksOfFacebookAsync(rig, engine) != both, "the preference did not act", Stop);
        SyncIs(rig, await rig.SyncAsync(engine, Stop));

        string shop = events[events.IndexOf("  shop:", StringComparison.Ordinal)..events.IndexOf("touchpoints:", StringComparison.Ordinal)];
        string without = events.Replace(shop, "", StringComparison.Ordinal)
            .Replace("source: { identity: [visitor], deduplicate: 2d, lateness: 2d }", "", StringComparison.Ordinal);
        await ApplyAsync(rig, engine, "without", without[..without.IndexOf("conversions:", StringComparison.Ordinal)]);
        TopologyPlan plan = TopologyLoader.Load(rig.Write("check", without[..without.IndexOf("conversions:", StringComparison.Ordinal)])).Plan!;
        await Until.HoldsAsync(
            async () => (await rig.SyncAsync(engine, Stop)).All(each => each.Dataset != "shop"), "the dataset is still there", Stop);
        await rig.AssertUndisturbedAsync(engine, plan, Stop);
        await Until.HoldsAsync(
            async () => !await HasStateAsync(rig, $"{{{rig.Plan.Name}.data.shop."), "the state of the dataset is still there", Stop);
    }

    // Nothing began anew: every dataset is where it was.
    private static void SyncIs(HarmonizeRig rig, Streaming.Harmonize.Serve.SyncDocument[] sync) => Assert.All(sync, each =>
    {
        Assert.Null(each.Replaying);
        Assert.Equal(rig.Plan.Harmonized.Datasets.First(dataset => dataset.Name == each.Dataset).Identity, each.Identity);
    });

    private static async Task ApplyAsync(HarmonizeRig rig, EngineChild engine, string name, string topology)
    {
        (int code, string text, string complaint) = await Seeing.Cli.RunAsync(
            "topology", "apply", rig.Write(name, topology), "--engine", $"127.0.0.1:{engine.ControlPort}", "--allow-loss");
        Assert.True(code == 0, text + complaint);
    }

    private static async Task<int> NeverEmptyAsync(HarmonizeRig rig, EngineChild engine, CancellationToken shown)
    {
        int looks = 0;
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(20));
        while (!shown.IsCancellationRequested)
        {
            GridResult grid = await rig.GridAsync(engine, Stop, "grid?columns=dataset,spend&filter=dataset=social");
            Assert.Single(grid.Rows);
            looks++;
            await tick.WaitForNextTickAsync(Stop);
        }

        return looks;
    }

    private static async Task<string[]> ChannelsAsync(HarmonizeRig rig, EngineChild engine) =>
        [.. (await rig.GridAsync(engine, Stop, "grid?columns=channel,spend&filter=channel?")).Rows.Select(row => row[0]!)];

    private static async Task<string> ClicksOfFacebookAsync(HarmonizeRig rig, EngineChild engine) =>
        string.Join(';', (await rig.GridAsync(engine, Stop, "grid?columns=channel,clicks&filter=channel=facebook")).Rows.Select(HarmonizeRig.Line));

    private static async Task<bool> HasStateAsync(HarmonizeRig rig, string prefix)
    {
        // A walk over all keys beside a server and an engine at work takes longer than a client waits by itself.
        ConfigurationOptions patient = ConfigurationOptions.Parse(rig.Job.Redis.Endpoint);
        patient.SyncTimeout = 60_000;
        using ConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync(patient);
        return redis.GetServer(redis.GetEndPoints()[0]).Keys(pattern: $"{prefix}*").Any();
    }
}
