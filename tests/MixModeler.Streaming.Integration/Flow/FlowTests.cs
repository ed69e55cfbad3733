using System.Text;
using System.Text.Json.Nodes;
using MixModeler.Streaming.Integration.MainJob;
using MixModeler.Streaming.Kafka;
using MixModeler.Streaming.Redis;

namespace MixModeler.Streaming.Integration.Flow;

/// <summary>
/// Topologies with nodes, in engine processes over Kafka and Redis: what comes out is what their golden samples say, killed or not.
/// One partition, so that the order of the records is that of the sample.
/// </summary>
public class FlowTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    // Rather a record that stays away than a test that ends too early.
    private static readonly string[] Personalization = ["mm.audiences", "mm.training"];
    private static readonly string[] Spend = ["mm.spend-reports.by-week", "mm.spend-quarantine", "mm.spend-weekly", "mm.deadletter"];

    [Fact]
    public Task Audiences_are_those_of_the_sample() => HoldsAsync("personalization", "mm.events", Personalization, killed: false);

    [Fact]
    public Task Audiences_are_those_of_the_sample_after_a_kill() => HoldsAsync("personalization", "mm.events", Personalization, killed: true);

    [Fact]
    public Task Reports_are_harmonized_as_in_the_sample() => HoldsAsync("spend-reports", "mm.spend-reports", Spend, killed: false);

    [Fact]
    public Task Reports_are_harmonized_as_in_the_sample_after_a_kill() => HoldsAsync("spend-reports", "mm.spend-reports", Spend, killed: true);

    private static async Task HoldsAsync(string topology, string input, string[] outputs, bool killed)
    {
        await using MainJobRig rig = await MainJobRig.StartAsync(LocalRedisKind.Redis, partitions: 1, Stop, topology);
        string folder = Path.GetDirectoryName(rig.TopologyFile)!;
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(folder, "events.jsonl"), Stop);
        string[] expected = await File.ReadAllLinesAsync(Path.Combine(folder, "expected.jsonl"), Stop);
        EngineChild engine = rig.StartEngine();
        using KafkaProducer producer = new(rig.Kafka, (_, _) => { });
        using KafkaRecordSink sink = producer.CreateSink();
        int half = killed ? lines.Length / 2 : lines.Length;
        await SendAsync(lines[..half]);
        if (killed)
        {
            // Some of it is out, so there is something to send again.
            await Until.HoldsAsync(async () => (await OutAsync(rig, outputs[0])).Length > 0, () => Said(engine), Stop);
            await engine.Process.KillAsync();
            await SendAsync(lines[half..]);
            engine = rig.StartEngine();
        }

        foreach (string topic in outputs)
        {
            string[] wanted = Expected(topic);
            string[] found = [];
            await Until.HoldsAsync(
                async () => (found = await OutAsync(rig, topic)).Length >= wanted.Length,
                () => $"{topic}: {found.Length} of {wanted.Length} records\n{Said(engine)}",
                Stop);
            Assert.Equal(wanted, found);
        }

        // Whatever is still under way when the numbers are right would come before it has left.
        await engine.Process.EndAsync();
        foreach (string topic in outputs)
        {
            Assert.Equal(Expected(topic).Length, (await OutAsync(rig, topic)).Length);
        }

        string[] Expected(string topic) => Recognised(
            topic,
            expected.Where(line => line.StartsWith(topic + " ", StringComparison.Ordinal)).Select(line => line[(topic.Length + 1)..]));

        async Task SendAsync(string[] records)
        {
            foreach (string record in records)
            {
                sink.Send(input, 0, [], Encoding.UTF8.GetBytes(record));
            }

            await sink.FlushAsync(Stop);
        }
    }

    private static string Said(EngineChild engine) => string.Join('\n', engine.Process.LastLines);

    private static async Task<string[]> OutAsync(MainJobRig rig, string topic) => Recognised(
        topic,
        (await UndisturbedRun.ReadAsync(rig.Kafka, topic, Stop)).GetValueOrDefault(0)?.Select(record => Encoding.UTF8.GetString(record.Value)) ?? []);

    /// <summary>Without what was sent again, as a consumer that keeps the newest origin sees it, and without times of the broker.</summary>
    private static string[] Recognised(string topic, IEnumerable<string> records)
    {
        (long Offset, long Ordinal) newest = (-1, -1);
        HashSet<(string, long)> dead = [];
        List<string> kept = [];
        foreach (string json in records)
        {
            JsonObject record = JsonNode.Parse(json)!.AsObject();
            if (record["origin"] is { } origin)
            {
                (long, long) at = (origin["offset"]!.GetValue<long>(), origin["ordinal"]!.GetValue<long>());
                if (at.CompareTo(newest) <= 0)
                {
                    continue;
                }

                newest = at;
            }
            else if (!dead.Add((record["topic"]!.GetValue<string>(), record["offset"]!.GetValue<long>())))
            {
                continue;
            }

            if (topic == "mm.audiences" && record["audience"]!.GetValue<string>() == "good-customers")
            {
                // That one asks for the score, which depends on when a model arrives.
                continue;
            }

            if (topic is "mm.audiences" or "mm.training")
            {
                // What the audience above says or does not say counts among the outputs of its event.
                record["origin"]!.AsObject().Remove("ordinal");
            }

            record.Remove("timestampMs");
            if (topic == "mm.spend-weekly")
            {
                // Behind a key-by the origin is a place in the key-by's topic, where a replay takes places too.
                record.Remove("origin");
            }

            kept.Add(record.ToJsonString());
        }

        return [.. kept];
    }
}
