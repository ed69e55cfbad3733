using System.Net;
using System.Text.Json;
using MixModeler.Streaming.Integration.MainJob;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Integration.Harmonize;

/// <summary>What people and programs are told, over REST and by commands, of an engine that has only datasets.</summary>
public class HarmonizedAnswerTests
{
    private const string DatasetsAlone = """
        topology: alone
        tenant: acme
        datasets:
          youtube:
            category: Summary
            granularity: Daily
            date: Date
            dateType: "Date Type"
            map: { channel: { field: Channel }, campaign: { field: Campaign }, clicks: { sum: Clicks }, spend: { sum: Spend } }
          draft:
            category: Summary
            status: Draft
            date: Date
            map: { channel: { field: Channel }, clicks: { sum: Clicks } }
        fields:
          cpc: { display: Cost per click, category: Derived, type: Currency, formula: "[spend]/[clicks]" }
        touchpoints:
          - { name: Video, rule: [ { field: channel, equals: [YouTube] } ], volume: clicks, spend: spend }
        """;

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_engine_with_datasets_alone_answers_over_rest_and_by_commands()
    {
        await using HarmonizeRig rig = await HarmonizeRig.StartAsync(LocalRedisKind.Redis, 2, Stop, DatasetsAlone);
        EngineChild engine = rig.StartEngine();
        await rig.ProduceAsync(
            [
                Row("a", "2021-12-31", "Fall", 10_000, "100"), Row("b", "2022-01-01", "Fall", 1_000, "10"), Row("c", "2022-01-03", "Summer", 0, "7.5"),
                ("summary", "x", """{"dataset":"youtube","Date":"2022-01-01","Date Type":"day","Channel":"YouTube","Clicks":1e308}"""),
                ("summary", "x", """{"dataset":"youtube","Date":"2022-01-01","Date Type":"day","Channel":"YouTube","Clicks":NaN}"""),
                ("summary", "x", """{"dataset":"unheard","Date":"2022-01-01"}"""),
                ("summary", "x", """{"dataset":"youtube","Date":"2022-01-01","Date Type":"week","Channel":"YouTube","Clicks":1}"""),
                ("summary", "x", """{"dataset":"draft","Date":"2022-01-05","Channel":"Radio","Clicks":5}"""),
            ],
            0,
            Stop);
        await rig.SettledAsync(engine, Stop);
        await RestAnswersAsync(rig, engine);
        await CommandsAnswerAsync(engine);
        await DeadLettersTellTheirPlaceAsync(rig);
        (int code, string health) = await engine.HealthAsync(Stop);
        Assert.True(code == 200, health);
    }

    private static (string, string, string) Row(string key, string date, string campaign, int clicks, string spend) => ("summary", key,
        $$"""{"dataset":"youtube","Date":"{{date}}","Date Type":"day","Channel":"YouTube","Campaign":"{{campaign}}","Clicks":{{clicks}},"Spend":{{spend}}}""");

    private static async Task RestAnswersAsync(HarmonizeRig rig, EngineChild engine)
    {
        (HttpStatusCode code, string text, string? tag) = await rig.GetAsync(engine, "grid?grain=Weekly&columns=event_date,campaign,clicks,spend,cpc&sort=event_date", Stop);
        Assert.Equal(HttpStatusCode.OK, code);
        using JsonDocument grid = JsonDocument.Parse(text);
        Assert.Equal(
            """[["2021-12-27","Fall","11000","110","0.01"],["2022-01-03","Summer","0","7.5",null]]""", grid.RootElement.GetProperty("rows").GetRawText());
        Assert.Equal(HttpStatusCode.NotModified, (await rig.GetAsync(engine, "grid?grain=Weekly&columns=event_date,campaign,clicks,spend,cpc&sort=event_date", Stop, tag)).Code);

        (code, text, _) = await rig.GetAsync(engine, "grid?format=csv&columns=channel,clicks&drafts=true&sort=channel", Stop);
        Assert.Equal("Channel,Clicks\r\nRadio,5\r\nYouTube,11000\r\n", text);
        (code, text, _) = await rig.GetAsync(engine, "grid?columns=chanel", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, code);
        Assert.Contains("did you mean 'channel'?", JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await rig.GetAsync(engine, "grid?grane=Weekly", Stop)).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await rig.GetAsync(engine, "touchpoints/Vidéo", Stop)).Code);
        foreach (string path in new[] { "fields", "datasets?text=youtube", "sync", "quality", "factors", "touchpoints", "touchpoints/Video", "conversions", "usage", "lineage?metric=clicks&row=channel=YouTube&records=10" })
        {
            (code, text, _) = await rig.GetAsync(engine, path, Stop);
            Assert.True(code == HttpStatusCode.OK, $"{path}: {text}");
            JsonDocument.Parse(text).Dispose();
        }

        Assert.Contains("\\u0022Date\\u0022:\\u00222021-12-31\\u0022", text, StringComparison.Ordinal);
    }

    private static async Task CommandsAnswerAsync(EngineChild engine)
    {
        string at = $"127.0.0.1:{engine.ControlPort}";
        JsonElement grid = await Seeing.Cli.JsonAsync(0, "harmonize", "grid", "--engine", at, "--columns", "channel,clicks", "--filter", "campaign=Fall");
        Assert.Equal("""[["YouTube","11000"]]""", grid.GetProperty("rows").GetRawText());
        (int code, string text, string complaint) = await Seeing.Cli.RunAsync("harmonize", "grid", "--engine", at, "--csv", "-", "--columns", "campaign,spend", "--sort", "campaign");
        Assert.Equal((0, "Campaign,Spend\r\nFall,110\r\nSummer,7.5\r\n"), (code, text));
        foreach (string[] command in new[]
        {
            new[] { "grid" }, ["fields"], ["datasets", "--schema"], ["status"], ["quality"], ["factors"], ["touchpoints"], ["touchpoints", "Video"],
            ["conversions"], ["usage"], ["lineage", "--row", "channel=YouTube", "--metric", "clicks"],
        })
        {
            (code, text, complaint) = await Seeing.Cli.RunAsync(["harmonize", .. command, "--engine", at]);
            Assert.True(code == 0, $"{string.Join(' ', command)}: {text}{complaint}");
        }

        Assert.Contains("clicks = 11000, of 3 rows or cells and 3 records", text, StringComparison.Ordinal);
        Assert.Contains("\"Date\":\"2022-01-01\"", text, StringComparison.Ordinal);
        JsonElement status = await Seeing.Cli.JsonAsync(0, "topology", "top", "--engine", at, "--once", "--every", "0.2");
        Assert.Contains(status.GetProperty("operators").EnumerateArray(), each => each.GetProperty("operator").GetString() == "dataset");
    }

    private static async Task DeadLettersTellTheirPlaceAsync(HarmonizeRig rig)
    {
        using LogReader logs = new(rig.Job.Kafka);
        List<JsonElement> letters = [];
        await Until.HoldsAsync(
            () =>
            {
                (long low, long high) = logs.Bounds(rig.Plan.Topics.DeadLetter, 0);
                letters = [.. logs.Read(rig.Plan.Topics.DeadLetter, 0, low, high, Stop).Select(record => JsonDocument.Parse(record.Value).RootElement.Clone())];
                return Task.FromResult(letters.Count >= 4);
            },
            "four dead letters did not come",
            Stop);
        Assert.Equal(
            ["malformed-json", "number-out-of-range", "unknown-dataset", "wrong-grain"],
            letters.Select(letter => letter.GetProperty("reason").GetString()).Order(StringComparer.Ordinal));
        foreach (JsonElement letter in letters)
        {
            LogRecord record = logs.ReadOne(
                letter.GetProperty("topic").GetString()!, letter.GetProperty("partition").GetInt32(), letter.GetProperty("offset").GetInt64(), Stop)!;
            Assert.Equal(record.Value.ToArray(), letter.GetProperty("bytes").GetBytesFromBase64());
        }
    }
}
