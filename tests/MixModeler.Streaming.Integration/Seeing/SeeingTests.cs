using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Integration.MainJob;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Integration.Seeing;

/// <summary>The commands that look into a running main job, each against real servers.</summary>
public sealed class SeeingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task State_score_dead_letters_and_another_version_can_be_looked_at_while_an_engine_runs()
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, 4, Stop);
        rig.StartEngine();
        GeneratorOptions options = new() { Users = 300, Seed = 5, DuplicateShare = 0.02, MalformedShare = 0.02, LateShare = 0.02 };
        long records = await rig.ProduceAsync(options, 0, Stop);
        await rig.SettledAsync(records, TimeSpan.FromSeconds(60), Stop);
        string visitor = BusiestVisitor(rig);

        JsonElement state = await Cli.JsonAsync(0, "state", "get", visitor, "--topology", rig.TopologyFile, "--redis", rig.Redis.Endpoint);
        JsonElement why = await Cli.JsonAsync(
            0, "why", visitor, "--topology", rig.TopologyFile, "--redis", rig.Redis.Endpoint, "--kafka", rig.Kafka.BootstrapServers);
        AssertAgree(rig, visitor, state, why);
        await AssertReplayAsync(rig, records);
        await AssertDeadLettersAsync(rig);

        (int code, _, string complaint) = await Cli.RunAsync("state", "get", "nobody", "--topology", rig.TopologyFile, "--redis", rig.Redis.Endpoint);
        Assert.Equal(1, code);
        Assert.StartsWith("Nothing is known of 'nobody' in 4 partitions", complaint, StringComparison.Ordinal);
        (code, _, complaint) = await Cli.RunAsync(
            "why", "nobody", "--topology", rig.TopologyFile, "--redis", rig.Redis.Endpoint, "--kafka", rig.Kafka.BootstrapServers);
        Assert.Equal((1, "'nobody' has no score on mm.scores."), (code, complaint.Trim()));
    }

    [Fact]
    public async Task Top_shows_rates_of_a_running_engine_for_people_and_for_scripts()
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, 2, Stop);
        int port = MainJobRig.FreePort();
        using System.Diagnostics.Process engine = Cli.Start(
            "engine", "--topology", rig.TopologyFile, "--kafka", rig.Kafka.BootstrapServers, "--redis", rig.Redis.Endpoint,
            "--roles", "tasks", "--control-port", $"{port}", "--partitions", "2");
        try
        {
            await Kafka.Soon.HoldsAsync(() => Answers(port), "the engine answers", 30);
            // For as long as somebody looks, however slow the machine is.
            GeneratorOptions options = new() { Users = 50_000, Seed = 6, DuplicateShare = 0.05, MalformedShare = 0.05 };
            using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            Task<long> sending = rig.ProduceUntilAsync(options, 1_500, enough.Token);
            JsonElement busy = default;
            for (int look = 0; look < 30 && !IsBusy(busy); look++)
            {
                busy = await Cli.JsonAsync(0, "topology", "top", "--engine", $"127.0.0.1:{port}", "--once", "--every", "0.5");
            }

            Assert.True(IsBusy(busy), $"the engine works and has state: {busy}");
            Assert.Equal((0L, 0L), (busy.GetProperty("lost").GetInt64(), busy.GetProperty("duplicated").GetInt64()));
            AssertOperators(busy);
            using HttpClient http = new();
            string metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"), Stop);
            Assert.Matches("(?m)^mixmodeler_operator_in_total\\{node=\"profile\",operator=\"profile\"\\} [1-9]", metrics);
            Assert.Matches("(?m)^mixmodeler_operator_state_bytes\\{node=\"dedupe\",operator=\"dedupe\"\\} [1-9]", metrics);
            (int code, string text, _) = await Cli.RunAsync("topology", "top", "--engine", $"127.0.0.1:{port}", "--once", "--every", "0.5");
            Assert.Equal(0, code);
            Assert.StartsWith("luma-propensity@", text, StringComparison.Ordinal);
            await AssertTapAsync($"127.0.0.1:{port}");
            await enough.CancelAsync();
            Assert.True(await sending.WaitAsync(Stop) > 0);
        }
        finally
        {
            engine.Kill();
        }

        (int gone, _, string complaint) = await Cli.RunAsync("topology", "top", "--engine", "127.0.0.1:1", "--once");
        Assert.Equal(5, gone);
        Assert.StartsWith("The engine at 127.0.0.1:1 gives no status: ", complaint, StringComparison.Ordinal);
    }

    private static async Task AssertTapAsync(string engine)
    {
        (int code, string text, string complaint) = await Cli.RunAsync("topology", "tap", "scores", "--out", "--limit", "3", "--json", "--engine", engine);
        Assert.True(code == 0, complaint);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Contains('…', JsonDocument.Parse(line).RootElement.GetProperty("record").GetProperty("visitor").GetString()!));
        (code, text, _) = await Cli.RunAsync("topology", "tap", "events", "--in", "--limit", "1", "--raw", "--engine", engine);
        Assert.Equal(0, code);
        // One event in twenty is malformed, and is shown as the text that it is.
        Assert.Matches("^[0-9:.]+ in    (\\{.*\\}|\".*\")\n$", text);
        (code, _, complaint) = await Cli.RunAsync("topology", "tap", "profil", "--engine", engine);
        Assert.Equal(1, code);
        Assert.Contains("did you mean 'profile'?", complaint, StringComparison.Ordinal);
    }

    private static bool IsBusy(JsonElement activity) => activity.ValueKind == JsonValueKind.Object
        && Operator(activity, "profile") is { ValueKind: JsonValueKind.Object } profile
        && profile.GetProperty("inPerSecond").GetDouble() > 0
        && Operator(activity, "events").GetProperty("errorsPerSecond").GetDouble() > 0
        && profile.GetProperty("stateKeys").GetInt64() > 0;

    private static JsonElement Operator(JsonElement activity, string name) =>
        activity.GetProperty("operators").EnumerateArray().FirstOrDefault(each => each.GetProperty("name").GetString() == name);

    private static void AssertOperators(JsonElement activity)
    {
        // In the order in which a record meets them; the learner runs nowhere here.
        string[] names = [.. activity.GetProperty("operators").EnumerateArray().Select(each => each.GetProperty("name").GetString()!)];
        Assert.Equal(["dead-letter", "dedupe", "events", "profile", "scores", "training"], names.Order(StringComparer.Ordinal));
        Assert.Equal(["events", "dedupe", "profile"], names[..3]);
        (double source, double passed, double refused) = Rates("events");
        (double deduplicated, double distinct, _) = Rates("dedupe");
        Assert.Equal(source, passed + refused, 1);
        Assert.Equal(passed, deduplicated, 1);
        Assert.InRange(distinct, 1, deduplicated);
        Assert.Equal(distinct, Rates("profile").In, 1);
        Assert.Equal(distinct, Rates("scores").Out, 1);
        Assert.Equal(refused, Rates("dead-letter").Out, 1);
        Assert.All((string[])["events", "profile"], name => Assert.InRange(Operator(activity, name).GetProperty("p99Micros").GetDouble(), 0.01, 1e6));
        Assert.All((string[])["dedupe", "profile"], name => Assert.InRange(Operator(activity, name).GetProperty("stateBytes").GetInt64(), 1, 1L << 30));

        (double In, double Out, double Errors) Rates(string name) => (
            Operator(activity, name).GetProperty("inPerSecond").GetDouble(),
            Operator(activity, name).GetProperty("outPerSecond").GetDouble(),
            Operator(activity, name).GetProperty("errorsPerSecond").GetDouble());
    }

    private static void AssertAgree(MainJobRig rig, string visitor, JsonElement state, JsonElement why)
    {
        Assert.Equal(rig.Plan.Version, state.GetProperty("topologyVersion").GetString());
        Assert.Equal(visitor, why.GetProperty("visitor").GetString());
        Assert.True(why.GetProperty("reproduced").GetBoolean());
        double[] words = [.. state.GetProperty("features").EnumerateArray().Select(f => f.GetProperty("word").GetDouble())];
        Assert.Equal(words, why.GetProperty("features").EnumerateArray().Select(f => f.GetProperty("word").GetDouble()));
        double logit = why.GetProperty("bias").GetDouble() + why.GetProperty("inputs").EnumerateArray().Sum(i => i.GetProperty("contribution").GetDouble());
        Assert.Equal(logit, why.GetProperty("logit").GetDouble(), 9);
        // The topic of models is compacted by real brokers only: here the version that scored is still there.
        Assert.Equal(why.GetProperty("modelVersion").GetInt64(), why.GetProperty("explainedByVersion").GetInt64());
        Assert.Equal(why.GetProperty("score").GetDouble(), 1 / (1 + Math.Exp(-logit)), 9);
        Assert.Equal(0, why.GetProperty("reservations").GetArrayLength());
        double profile = state.GetProperty("profile").GetProperty("_luma").GetProperty("propensity").GetDouble();
        Assert.Equal(why.GetProperty("score").GetDouble(), profile, 6);
        long offset = long.Parse(why.GetProperty("event").GetString()!.Split('@')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(offset, 0, state.GetProperty("nextOffset").GetInt64() - 1);
    }

    private static async Task AssertReplayAsync(MainJobRig rig, long records)
    {
        string other = Path.GetTempFileName();
        await File.WriteAllTextAsync(other, (await File.ReadAllTextAsync(rig.TopologyFile, Stop)).Replace("from: 0.1,", "from: 0.05,", StringComparison.Ordinal)
            .Replace("to: 0.1 }", "to: 0.05 }", StringComparison.Ordinal), Stop);
        JsonElement same = await Cli.JsonAsync(
            0, "replay", "--topology", rig.TopologyFile, "--against", rig.TopologyFile, "--kafka", rig.Kafka.BootstrapServers);
        Assert.True(same.GetProperty("isEmpty").GetBoolean());
        JsonElement outputs = same.GetProperty("outputs");
        Assert.InRange(outputs.GetProperty("scores").GetProperty("same").GetInt64(), records / 2, records);
        JsonElement differs = await Cli.JsonAsync(0, "replay", "--topology", rig.TopologyFile, "--against", other, "--kafka", rig.Kafka.BootstrapServers);
        Assert.False(differs.GetProperty("isEmpty").GetBoolean());
        Assert.Equal(0, differs.GetProperty("scores").GetProperty("different").GetInt64());
        Assert.InRange(differs.GetProperty("decisions")[0].GetProperty("different").GetInt64(), 1, 300);
        JsonElement none = await Cli.JsonAsync(
            0, "replay", "--to", "2020-01-01T00:00:00Z", "--topology", rig.TopologyFile, "--against", other, "--kafka", rig.Kafka.BootstrapServers);
        Assert.Equal(0, none.GetProperty("outputs").GetProperty("scores").GetProperty("left").GetInt64());
        File.Delete(other);
    }

    private static async Task AssertDeadLettersAsync(MainJobRig rig)
    {
        string[] servers = ["--topology", rig.TopologyFile, "--kafka", rig.Kafka.BootstrapServers];
        JsonElement list = await Cli.JsonAsync(0, ["deadletter", "list", "--limit", "1000", .. servers]);
        JsonElement[] newest = [.. list.GetProperty("newest").EnumerateArray()];
        Assert.Equal(list.GetProperty("total").GetInt32(), newest.Length);
        Assert.Equal(newest.Length, list.GetProperty("reasons").EnumerateObject().Sum(r => r.Value.GetInt32()));
        foreach (JsonElement one in newest.DistinctBy(l => l.GetProperty("reason").GetString()))
        {
            string id = one.GetProperty("id").GetString()!;
            JsonElement shown = await Cli.JsonAsync(0, ["deadletter", "show", id, .. servers]);
            Assert.Equal(one.GetProperty("reason").GetString(), shown.GetProperty("reason").GetString());
            Assert.NotEqual("", shown.GetProperty("fault").GetString());
            JsonElement refused = await Cli.JsonAsync(1, ["deadletter", "replay", id, .. servers]);
            Assert.Equal(1, refused.GetProperty("outcomes").GetProperty("still-refused").GetInt32());
        }

        (int code, _, string complaint) = await Cli.RunAsync(["deadletter", "show", "0-7", .. servers]);
        Assert.Equal((2, "'0-7' is not PARTITION:OFFSET, such as 0:17."), (code, complaint.Trim()));
        (code, _, _) = await Cli.RunAsync(["deadletter", "replay", .. servers]);
        Assert.Equal(2, code);
    }

    private static string BusiestVisitor(MainJobRig rig)
    {
        using LogReader reader = new(rig.Kafka);
        return Enumerable.Range(0, rig.Partitions)
            .SelectMany(p => reader.Read(rig.Plan.Topics.Scores, p, 0, long.MaxValue, Stop))
            .GroupBy(record => Encoding.UTF8.GetString(record.Key.Span))
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .First().Key;
    }

    private static bool Answers(int port)
    {
        try
        {
            using System.Net.Sockets.TcpClient client = new("127.0.0.1", port);
            return client.Connected;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
