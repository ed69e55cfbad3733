using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Attribute;

/// <summary>Attribution as a task: over random logs with late, restated, removed and merged events, and whatever borders batches and crashes have.</summary>
public sealed class AttributionTaskTests
{
    private const string Text = """
        topology: t
        tenant: x
        source: { identity: [who], deduplicate: 0s, lateness: 2d }
        features:
          - { name: views, count: view }
        attributions:
          orders:
            conversion: { event: order, value: total }
            touchpoints:
              - { name: email, event: mail }
              - { name: search, path: channel, is: [google, bing] }
              - { name: social, path: channel, is: social }
            lookback: 10d
            atRisk: 10d
            renew: 3d
            version: v
            removed: gone
            sameAs: also
            region: country
            passthrough: [orderId]
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly TopologyPlan Plan = TopologyLoader.Parse(Text, "t.yaml").Plan ?? throw new InvalidOperationException();

    private static readonly TopologyPlan Regional = TopologyLoader.Parse(
        Text.Replace("region: country", "region: country\n    regionConversions: 3\n    trainingHalfLife: 9d", StringComparison.Ordinal), "t.yaml").Plan
        ?? throw new InvalidOperationException();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_it_holds_and_sends_depends_on_the_log_alone(bool hasRegionsAndForgets)
    {
        TopologyPlan plan = hasRegionsAndForgets ? Regional : Plan;
        for (int seed = 1; seed <= 12; seed++)
        {
            List<string> log = Log(seed, 600);
            (SortedDictionary<string, string> state, List<string> sent, _) = await AttributionRig.RunAsync(plan, log, seed, 1_000, 0, 50_000);
            Assert.True(sent.Count > 50, $"seed {seed}: {sent.Count} scores");
            foreach ((int batchMax, int crashes, int visitorsMax) in new[] { (1, 0, 50_000), (37, 6, 4), (200, 3, 8) })
            {
                (SortedDictionary<string, string> other, List<string> again, int deaths) =
                    await AttributionRig.RunAsync(plan, log, seed, batchMax, crashes, visitorsMax);
                Assert.Equal(crashes, deaths);
                Assert.Equal(sent, again);
                Assert.True(state.SequenceEqual(other), $"seed {seed}, batches of {batchMax}: {Differences(state, other)}");
            }
        }
    }

    [Fact]
    public async Task Scores_that_hold_are_those_of_the_events_that_came_in_time()
    {
        for (int seed = 21; seed <= 28; seed++)
        {
            List<string> log = Log(seed, 500, merges: false);
            (_, List<string> sent, _) = await AttributionRig.RunAsync(Plan, log, seed, 300, 0, 50_000);
            Dictionary<string, JsonElement> held = [];
            foreach (string each in sent)
            {
                JsonElement score = JsonDocument.Parse(each).RootElement;
                string conversion = score.GetProperty("conversion").GetProperty("eventId").GetString()!;
                if (score.GetProperty("retracted").GetBoolean())
                {
                    Assert.True(held.Remove(conversion, out JsonElement before), $"seed {seed}: {conversion} was taken back and never given");
                    Assert.Equal(before.GetProperty("revision").GetInt32(), score.GetProperty("revision").GetInt32());
                    Assert.Equal(before.GetProperty("touchpointsDetail").GetRawText(), score.GetProperty("touchpointsDetail").GetRawText());
                }
                else
                {
                    held[conversion] = score;
                    AddsUp(score);
                }
            }

            Dictionary<string, string> expected = Expected(log);
            Assert.Equal(expected.Keys.Order(), held.Keys.Order());
            Assert.All(expected, each => Assert.Equal(each.Value, held[each.Key].GetProperty("conversion").GetProperty("path").GetString()));
        }
    }

    [Fact]
    public async Task Days_add_up_to_the_scores_that_hold_and_carry_what_the_conversion_carried()
    {
        List<string> log = Log(5, 800);
        MemoryStateStore store = new();
        AttributionRig.Sink sink = new();
        using AttributionTask task = AttributionWork.TaskOf(Plan, Plan.Attributions[0], 0, store, sink);
        await task.AcquireAsync(0, Stop);
        await task.ApplyAsync(AttributionRig.Batch(log, 0, log.Count), Stop);
        await task.CommitAsync(Stop);
        List<AttributionDay> days = [];
        for (int day = task.Progress.FirstDay; day <= task.Progress.LastDay; day++)
        {
            days.Add(DaySums.Load((await store.LoadAsync([AttributionKey.Day(day)], Stop))[0]).ToDay(day, ["email", "search", "social"]));
        }

        JsonElement[] scores = [.. sink.Sent.Where(each => each.Topic == "mm.attribution").Select(each => JsonDocument.Parse(each.Json).RootElement)];
        double Signed(Func<JsonElement, double> of) => scores.Sum(score => of(score) * (score.GetProperty("retracted").GetBoolean() ? -1 : 1));
        Assert.Equal(Signed(_ => 1), days.Sum(day => day.Conversions));
        Assert.Equal(Signed(score => score.GetProperty("conversion").GetProperty("priceTotal").GetDouble()), days.Sum(day => day.Value), 1e-6);
        Assert.Equal(
            days.Sum(day => (double)day.Conversions), days.Sum(day => day.Baseline + day.Channels.Values.Sum(channel => channel.Incremental)), 1e-6);
        Assert.Contains(scores, score => score.GetProperty("segmentation").GetString() is "de" or "us");
        Assert.All(scores, score => Assert.StartsWith("o-", score.GetProperty("passthrough").GetProperty("orderId").GetString(), StringComparison.Ordinal));
        Assert.Equal(scores.Length, task.Progress.Counts.Scores + task.Progress.Counts.Retractions);
        Assert.Contains(sink.Sent, each => each.Topic == "mm.deadletter" && each.Json.Contains("what the conversion is worth", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_region_with_enough_conversions_is_scored_by_what_was_learned_there()
    {
        Random random = new(4);
        List<(double Day, string Line)> log = [];
        for (int visitor = 0; visitor < 6_000; visitor++)
        {
            // Mail works in one country and not in the other; in the third few convert at all.
            string country = visitor % 20 == 0 ? "at" : visitor % 2 == 0 ? "de" : "us";
            double day = random.NextDouble() * 40;
            bool isMailed = visitor % 3 != 0;
            log.Add((day, AttributionRig.Event($"v{visitor}", $"t{visitor}", isMailed ? "mail" : "other", day, $",\"country\":\"{country}\"")));
            double chance = country == "at" ? 0.05 : isMailed && country == "de" ? 0.4 : 0.1;
            if (random.NextDouble() < chance)
            {
                string order = $",\"country\":\"{country}\",\"total\":1";
                double converted = day + (9 * random.NextDouble());
                log.Add((converted, AttributionRig.Event($"v{visitor}", $"c{visitor}", "order", converted, order)));
            }
        }

        List<string> lines = [.. log.OrderBy(each => each.Day).Select(each => each.Line)];
        TopologyPlan plan = TopologyLoader.Parse(
            Text.Replace("region: country", "region: country\n    regionConversions: 40", StringComparison.Ordinal), "t.yaml").Plan!;
        (_, List<string> sent, _) = await AttributionRig.RunAsync(plan, lines, 1, 500, 0, 50_000);

        double Baseline(string country) => sent.Select(each => JsonDocument.Parse(each).RootElement)
            .Where(score => score.GetProperty("segmentation").GetString() == country && score.GetProperty("touchpointsDetail").GetArrayLength() == 1)
            .TakeLast(country == "at" ? 3 : 100).Average(score => score.GetProperty("baseline").GetDouble());
        Assert.InRange(Baseline("de"), 0, 0.35);
        Assert.InRange(Baseline("us"), 0.75, 1);
        // By what was learned everywhere.
        Assert.InRange(Baseline("at"), Baseline("de") + 0.05, Baseline("us") - 0.05);
    }

    [Fact]
    public async Task Effects_are_learned_from_days_with_and_without_conversions_and_used_from_the_next_period_on()
    {
        MemoryStateStore store = new();
        AttributionRig.Sink sink = new();
        using AttributionTask task = AttributionWork.TaskOf(Plan, Plan.Attributions[0], 0, store, sink);
        await task.AcquireAsync(0, Stop);
        List<string> log = [];
        Random random = new(3);
        for (int visitor = 0; visitor < 3_000; visitor++)
        {
            double day = random.NextDouble() * 40;
            bool isMailed = visitor % 2 == 0;
            log.Add(AttributionRig.Event($"v{visitor}", $"t{visitor}", isMailed ? "mail" : "other", day));
            if (random.NextDouble() < (isMailed ? 0.3 : 0.02))
            {
                log.Add(AttributionRig.Event($"v{visitor}", $"c{visitor}", "order", day + 0.3));
            }
        }

        List<string> ordered = [.. log.OrderBy(AttributionRig.TimeOf)];
        for (int at = 0; at < ordered.Count; at += 500)
        {
            await task.ApplyAsync(AttributionRig.Batch(ordered, at, Math.Min(500, ordered.Count - at)), Stop);
            await task.CommitAsync(Stop);
        }

        JsonElement[] scores = [.. sink.Sent.Where(each => each.Topic == "mm.attribution").Select(each => JsonDocument.Parse(each.Json).RootElement)];
        JsonElement[] mailed = [.. scores.Where(score => score.GetProperty("touchpointsDetail").GetArrayLength() == 1)];
        Assert.Equal(1, mailed[0].GetProperty("baseline").GetDouble());
        double late = mailed[^50..].Average(score => score.GetProperty("baseline").GetDouble());
        Assert.True(late < 0.4, $"the baseline of mailed conversions is {late} after {mailed.Length} of them");
        Assert.True(mailed.Select(score => score.GetProperty("effectsVersion").GetInt64()).Distinct().Count() > 5);
    }

    private static string Differences(SortedDictionary<string, string> one, SortedDictionary<string, string> other) => string.Join('\n', one.Keys
        .Union(other.Keys).Where(key => one.GetValueOrDefault(key) != other.GetValueOrDefault(key))
        .Select(key => $"{key}: {one.GetValueOrDefault(key)} and {other.GetValueOrDefault(key)}"));

    private static void AddsUp(JsonElement score)
    {
        JsonElement[] touches = [.. score.GetProperty("touchpointsDetail").EnumerateArray().Select(touch => touch.GetProperty("scores"))];
        double Sum(string name) => touches.Sum(touch => touch.GetProperty(name).GetDouble());
        Assert.Equal(1, Sum("algorithmicSourced") + score.GetProperty("baseline").GetDouble(), 1e-9);
        foreach (string rule in touches.Length == 0 ? [] : new[] { "algorithmicInfluenced", "decayUnits", "firstTouch", "lastTouch", "linear", "uShape" })
        {
            Assert.Equal(1, Sum(rule), 1e-9);
        }
    }

    // What holds at the end, made from the set of events that came in time, by the library at once.
    private static Dictionary<string, string> Expected(List<string> log)
    {
        AttributorOptions options = new() { Lookback = TimeSpan.FromDays(10), AtRisk = TimeSpan.FromDays(10) };
        PathAttributor all = new(options, new HazardModel(new HazardOptions { Weeks = 2 }).Effects(0));
        long newest = 0;
        List<(Action<PathAttributor> Do, int Order)> doing = [];
        Dictionary<string, long> firstTimes = [];
        foreach (string line in log)
        {
            JsonElement json = JsonDocument.Parse(line).RootElement;
            long at = DateTimeOffset.Parse(json.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
            if (at < newest - (2 * 86_400_000L))
            {
                continue;
            }

            newest = Math.Max(newest, at);
            string who = json.GetProperty("who").GetString()!;
            if (json.TryGetProperty("also", out JsonElement also))
            {
                doing.Add((to => to.Merge(who, also.GetString()!), 1));
            }

            string id = json.GetProperty("_id").GetString()!;
            long version = json.TryGetProperty("v", out JsonElement v) ? v.GetInt64() : 0;
            bool isGone = json.TryGetProperty("gone", out _);
            if (json.GetProperty("eventType").GetString() == "order" && json.GetProperty("total").ValueKind == JsonValueKind.Number)
            {
                double total = json.GetProperty("total").GetDouble();
                doing.Add((to => _ = isGone ? to.RemoveConversion(who, id, at, version) : to.Conversion(who, id, at, total, version), 0));
            }
            else if (Channel(json) is >= 0 and int channel)
            {
                doing.Add((to => _ = isGone ? to.RemoveTouch(who, id, at, version) : to.Touch(who, id, at, channel, version), 0));
            }
        }

        Dictionary<string, string> held = [];
        foreach ((Action<PathAttributor> act, _) in doing.OrderByDescending(each => each.Order))
        {
            act(all);
        }

        string[] names = ["email", "search", "social"];
        foreach (ScoreChange change in all.Changes)
        {
            if (change.IsRetracted)
            {
                held.Remove(change.Score.ConversionId);
            }
            else
            {
                held[change.Score.ConversionId] = string.Join(" > ", change.Score.Touches.Select(touch => names[touch.Channel]));
            }
        }

        return held;
    }

    private static int Channel(JsonElement json) => json.GetProperty("eventType").GetString() == "mail" ? 0
        : !json.TryGetProperty("channel", out JsonElement channel) ? -1
        : channel.GetString() switch { "google" or "bing" => 1, "social" => 2, _ => -1 };

    // Visitors with touches and orders over forty days, some late, some too late, some twice, some restated or removed, some merged.
    // What is restated keeps its time, so that it is the same whether it comes in time or not, but for the value.
    private static List<string> Log(int seed, int count, bool merges = true)
    {
        Random random = new(seed);
        List<(double At, string Line)> arriving = [];
        for (int i = 0; i < count; i++)
        {
            string who = $"v{random.Next(25)}";
            double day = 40.0 * i / count;
            double late = random.Next(10) switch { 0 => random.NextDouble() * 1.8, 1 => random.NextDouble() * 3, _ => 0 };
            string type = random.Next(6) switch { 0 => "order", 1 => "mail", 2 => "view", _ => "visit" };
            string more = type switch
            {
                "order" => $",\"total\":{(random.Next(40) == 0 ? "\"much\"" : random.Next(1, 90))},\"orderId\":\"o-{i}\",\"country\":\"{(i % 2 == 0 ? "de" : "us")}\"",
                "visit" => $",\"channel\":\"{new[] { "google", "bing", "social", "direct" }[random.Next(4)]}\"",
                _ => "",
            };
            // One in forty says that its visitor is another one too: always the same pairs, so that the order does not matter.
            more += merges && random.Next(40) == 0 ? $",\"also\":\"w{int.Parse(who[1..], CultureInfo.InvariantCulture) / 2}\"" : "";
            string line = AttributionRig.Event(who, $"e{i}", type, day, more);
            arriving.Add((day + late, line));
            if (random.Next(12) == 0)
            {
                arriving.Add((day + late + (random.NextDouble() * 0.1), line));
            }

            if (random.Next(15) == 0)
            {
                string newer = random.Next(2) == 0 ? ",\"v\":1,\"gone\":true" : ",\"v\":1";
                arriving.Add((day + late + 0.001 + (random.NextDouble() * 0.05), line[..^1] + newer + "}"));
            }
        }

        return [.. arriving.OrderBy(each => each.At).Select(each => each.Line)];
    }
}
