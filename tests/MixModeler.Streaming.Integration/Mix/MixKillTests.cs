using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Integration.MainJob;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Redis;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Integration.Mix;

/// <summary>A mix with real processes: whatever was killed, its particles are bit by bit those of `mix fit` over the final numbers.</summary>
public sealed class MixKillTests(ITestOutputHelper output) : IDisposable
{
    private const int Partitions = 3;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => http.Dispose();

    [Theory]
    [InlineData(LocalRedisKind.Garnet)]
    [InlineData(LocalRedisKind.Redis)]
    public async Task An_engine_killed_while_weeks_arrive_leaves_the_particles_of_an_undisturbed_fit(LocalRedisKind kind)
    {
        const int Kills = 3;
        await using MainJobRig rig = await MainJobRig.StartAsync(kind, Partitions, Stop, "marketing-mix");
        Random random = new(7);
        EngineChild engine = rig.StartEngine("tasks");
        await HasAsync(engine, 0);
        Task<int> producing = ProduceAsync(rig);
        for (int kill = 0; kill < Kills; kill++)
        {
            await HasAsync(engine, 1);
            await Task.Delay(random.Next(50, 800), Stop);
            await engine.Process.KillAsync();
            engine = rig.StartEngine("tasks");
        }

        int rows = await producing;
        await HasAsync(engine, 179);
        await AskAsync(rig, engine);
        await engine.Process.EndAsync();

        MixPlan plan = rig.Plan.Mixes[0];
        MixSpec spec = plan.Spec with { LiftTests = [Tests.Spring, Tests.Summer] };
        MixTable table = MixTable.Read(await File.ReadAllTextAsync(Path.Combine(Folder(rig), "weeks.csv"), Stop), "weeks.csv", spec with { Date = "week" });
        MixModel expected = MixModel.Create(spec, table.Observations);
        foreach (MixObservation week in table.Observations)
        {
            expected.Update(week);
        }

        RedisOptions options = new() { Configuration = rig.Redis.Endpoint };
        await using RedisConnection redis = await RedisConnection.ConnectAsync(options, TimeProvider.System, Stop);
        RedisStateStore state = new(redis, MixStore.ScopeOf(rig.Plan.Name, plan.Name));
        StoredMix stored = (await new MixStore(state, plan.Identity, plan.Spec).PeekAsync(Stop))!;
        Assert.Equal(MixSnapshot.Write(expected), MixSnapshot.Write(stored.Model!));
        Dictionary<int, List<UndisturbedRun.Record>> told = await UndisturbedRun.ReadAsync(rig.Kafka, rig.Plan.Topics.Measurements, Stop);
        JsonElement[] reports = [.. told[0].Select(record => JsonElement.Parse(record.Value))];
        Assert.Equal(179, reports.Last(report => report.TryGetProperty("report", out _)).GetProperty("periods").GetInt32());
        // The plan followed.
        JsonElement standing = reports.Last(report => report.TryGetProperty("plan", out _)).GetProperty("standing");
        Assert.Equal(("Complete", "2021-08-30"), (standing.GetProperty("status").GetString(), standing.GetProperty("lastPeriod").GetString()));
        output.WriteLine($"{rows} rows, {Kills} kills, {told[0].Count} reports");
    }

    // What people ask of the engine that came last.
    private async Task AskAsync(MainJobRig rig, EngineChild engine)
    {
        string root = $"http://127.0.0.1:{engine.ControlPort}/v1";
        (HttpStatusCode code, JsonElement list) = await GetAsync($"{root}/mixes");
        Assert.Equal((HttpStatusCode.OK, "sales"), (code, list[0].GetProperty("name").GetString()));
        (_, JsonElement shown) = await GetAsync($"{root}/mixes/sales");
        Assert.Equal(179, shown.GetProperty("standing").GetProperty("periods").GetInt32());
        Assert.Equal(JsonValueKind.Object, shown.GetProperty("report").GetProperty("contributions").GetProperty("x1").ValueKind);
        (_, JsonElement channels) = await GetAsync($"{root}/insights/mixes/sales/channels");
        Assert.Contains("x2", channels.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"{root}/mixes/nobody")).Code);

        HttpResponseMessage wrong = await http.PostAsync($"{root}/mixes/sales/lift", Json("""{"id":"a","channel":"tv","from":"2020-03-02","media":1,"lift":1,"error":1}"""), Stop);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("There is no channel 'tv'", await wrong.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        HttpResponseMessage right = await http.PostAsync($"{root}/mixes/sales/lift", Json(Tests.SummerText), Stop);
        Assert.Equal(HttpStatusCode.Accepted, right.StatusCode);
        await Until.HoldsAsync(
            async () => (await GetAsync($"{root}/mixes/sales")).Body.GetProperty("standing").GetProperty("liftTests").GetArrayLength() == 2,
            () => $"the lift test of {rig.Plan.Name} was not taken in:\n{string.Join('\n', engine.Process.LastLines)}",
            Stop);
    }

    private async Task<(HttpStatusCode Code, JsonElement Body)> GetAsync(string path)
    {
        using HttpResponseMessage answer = await http.GetAsync(new Uri(path), Stop);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync(Stop)));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static Task HasAsync(EngineChild engine, int periods) => Until.HoldsAsync(
        async () => await engine.StatusAsync(Stop) is { Started: true, Mixes: [{ } mix] } && mix.Periods >= periods,
        () => $"the model has not {periods} periods:\n{string.Join('\n', engine.Process.LastLines)}",
        Stop);

    private static string Folder(MainJobRig rig) => Path.GetDirectoryName(rig.TopologyFile)!;

    // Week by week, each tenth with a wrong number first, an experiment in the middle, and at the end the word that there is no more.
    private static async Task<int> ProduceAsync(MainJobRig rig)
    {
        using KafkaProducer producer = new(rig.Kafka, (_, _) => { });
        using KafkaRecordSink sink = producer.CreateSink();
        string[][] sales = Rows(rig, "sales");
        string[][] media = Rows(rig, "media");
        string[][] events = Rows(rig, "events");
        int sent = 0;
        void Send(string topic, string key, string value)
        {
            sink.Send($"mm.{topic}", IRecordSink.ByKey, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
            sent++;
        }

        for (int week = 0; week < sales.Length; week++)
        {
            foreach (string number in week % 10 == 3 ? [sales[week][1] + "1", sales[week][1]] : new[] { sales[week][1] })
            {
                Send("summary", $"sales {week}", $$"""{"dataset":"sales","Week":"{{sales[week][0]}}","Revenue":{{number}}}""");
                await Task.Delay(number == sales[week][1] ? 15 : 5, Stop);
            }

            foreach (string[] row in media.Where(row => row[0] == sales[week][0]))
            {
                Send("summary", $"media {week} {row[1]}", $$"""{"dataset":"media","Week":"{{row[0]}}","Channel":"{{row[1]}}","Spend":{{row[2]}}}""");
            }

            foreach (string[] row in events.Where(row => row[0] == sales[week][0]))
            {
                Send("factors", $"events {week} {row[1]}", $$"""{"dataset":"events","Week":"{{row[0]}}","Event":"{{row[1]}}","Happened":{{row[2]}}}""");
            }

            if (week == 130)
            {
                Send("mix", "sales", $$"""{"mix":"sales","lift":{{Tests.SpringText}}}""");
                Send("mix", "sales", "no order at all");
            }
        }

        for (int partition = 0; partition < Partitions; partition++)
        {
            foreach (string topic in (string[])["mm.summary", "mm.factors"])
            {
                sink.Send(topic, partition, "mm.time"u8, "2021-09-06T00:00:00Z"u8);
            }
        }

        await sink.FlushAsync(Stop);
        return sent;
    }

    private static string[][] Rows(MainJobRig rig, string dataset) =>
        [.. File.ReadLines(Path.Combine(Folder(rig), "tests", $"{dataset}.csv")).Skip(1).Select(line => line.Split(','))];

    private static class Tests
    {
        public static readonly LiftTest Spring = new("x1", Day("2019-03-04"), Day("2019-03-25"), Day("2019-04-08"), 0.3, 1_300, 400);
        public static readonly LiftTest Summer = new("x2", Day("2020-07-06"), Day("2020-07-27"), Day("2020-08-03"), 0.2, 500, 300);

        public static string SpringText => Text("spring", Spring);

        public static string SummerText => Text("summer", Summer);

        private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

        private static string Text(string id, LiftTest test)
        {
            using MemoryStream text = new();
            using (Utf8JsonWriter json = new(text))
            {
                new MixOrder("sales", id, test).Write(json);
            }

            return JsonElement.Parse(text.ToArray()).GetProperty("lift").GetRawText();
        }
    }
}
