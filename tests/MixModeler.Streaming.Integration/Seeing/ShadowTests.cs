using System.Text.Json;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Integration.MainJob;
using MixModeler.Streaming.Redis;
using StackExchange.Redis;

namespace MixModeler.Streaming.Integration.Seeing;

/// <summary>A version beside the one that runs, on the same events of a real engine: seen, given up, and taken over.</summary>
public sealed class ShadowTests(ITestOutputHelper output)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_in_the_shadow_is_compared_then_abandoned_without_a_trace_or_promoted()
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, 2, Stop);
        string engine = $"http://127.0.0.1:{rig.StartEngine().ControlPort}";
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        Task<long> producing = rig.ProduceUntilAsync(new GeneratorOptions { Users = 20_000, Seed = 8 }, 1_000, enough.Token);
        await StartedAsync(engine);
        string changed = await ChangedAsync(rig);

        JsonElement abandoned = await Cli.JsonAsync(0, "topology", "apply", changed, "--shadow", "--engine", engine);
        string id = abandoned.GetProperty("id").GetString()!;
        JsonElement seen = await ComparedAsync(engine);
        Assert.Equal((id, rig.Plan.Version), (seen.GetProperty("change").GetString(), seen.GetProperty("from").GetString()));
        Assert.Equal("preparing", seen.GetProperty("stage").GetString());
        JsonElement report = seen.GetProperty("engines")[0].GetProperty("report");
        JsonElement scores = report.GetProperty("outputs").GetProperty("scores");
        Assert.Equal((0, 0), (scores.GetProperty("onlyLeft").GetInt64(), scores.GetProperty("onlyRight").GetInt64()));
        JsonElement feature = report.GetProperty("features").EnumerateArray().Single(each => each.GetProperty("feature").GetString() == "emailsOpened");
        Assert.InRange(feature.GetProperty("different").GetInt64(), 1, feature.GetProperty("values").GetInt64());
        (int code, string text, _) = await Cli.RunAsync("topology", "shadow", "--engine", engine);
        Assert.Equal(0, code);
        output.WriteLine(text);
        Assert.Contains("brand-story → fallback", text, StringComparison.Ordinal);
        Assert.Contains("feature emailsOpened: differs for", text, StringComparison.Ordinal);

        using ConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync(rig.Redis.Endpoint);
        Assert.NotEqual(0, await ShadowKeysAsync(redis));
        Assert.Equal(0, (await Cli.RunAsync("topology", "abandon", "--engine", engine)).Code);
        await Until.HoldsAsync(async () => await ShadowKeysAsync(redis) == 0, "the shadow's state stays in the store", Stop);
        JsonElement status = await Cli.JsonAsync(0, "topology", "status", "--engine", engine);
        Assert.Equal(rig.Plan.Version, status.GetProperty("active").GetString());
        Assert.Equal("abandoned", (await Cli.JsonAsync(0, "topology", "shadow", "--engine", engine)).GetProperty("stage").GetString());

        JsonElement again = await Cli.JsonAsync(0, "topology", "apply", changed, "--shadow", "--engine", engine);
        await ComparedAsync(engine);
        Assert.Equal(0, (await Cli.RunAsync("topology", "promote", "--engine", engine)).Code);
        status = await Cli.JsonAsync(0, "topology", "status", "--engine", engine);
        Assert.Equal(again.GetProperty("to").GetString(), status.GetProperty("active").GetString());
        (code, _, string complaint) = await Cli.RunAsync("topology", "shadow", "nothing", "--engine", engine);
        Assert.Equal((1, "There is no change 'nothing'."), (code, complaint.Trim()));
        await enough.CancelAsync();
        await producing.WaitAsync(Stop);
        File.Delete(changed);
    }

    private static async Task<string> ChangedAsync(MainJobRig rig)
    {
        string text = await File.ReadAllTextAsync(rig.TopologyFile, Stop);
        string changed = text.Replace("otherwise: brand-story", "otherwise: fallback", StringComparison.Ordinal)
            .Replace("count: directMarketing.emailOpened", "count: directMarketing.emailSent", StringComparison.Ordinal);
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, changed, Stop);
        return file;
    }

    private static async Task<JsonElement> ComparedAsync(string engine)
    {
        JsonElement seen = default;
        await Until.HoldsAsync(
            async () =>
            {
                seen = await Cli.JsonAsync(0, "topology", "shadow", "--engine", engine);
                return seen.GetProperty("engines").EnumerateArray().Any(part =>
                    part.GetProperty("report").GetProperty("scores").GetProperty("pairs").GetInt64() > 500
                    && part.GetProperty("report").GetProperty("decisions")[0].GetProperty("different").GetInt64() > 0);
            },
            "nothing is compared",
            Stop);
        return seen;
    }

    private static Task StartedAsync(string engine) => Until.HoldsAsync(
        async () =>
        {
            using HttpClient http = new();
            try
            {
                JsonElement status = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{engine}/v1/status"), Stop)).RootElement;
                return status.GetProperty("partitions").GetArrayLength() == 2 && status.GetProperty("scored").GetInt64() > 0;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        "the engine does not start",
        Stop);

    private static async Task<int> ShadowKeysAsync(ConnectionMultiplexer redis) =>
        ((RedisResult[])(await redis.GetDatabase().ExecuteAsync("KEYS", "{luma-propensity~*"))!).Length;
}
