using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Kafka;

namespace MixModeler.Streaming.Cli.Demo;

/// <summary>
/// A web site's part in the demo: asks the edge over HTTP what to show to visitors who were active lately, whom it knows from
/// the topic of scores.
/// </summary>
internal sealed class DemoTraffic : IAsyncDisposable
{
    private const int VisitorsKept = 4_096;
    private const string Scope = "home-hero";
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly string[] visitors = new string[VisitorsKept];
    private readonly KafkaTail tail;
    private readonly Uri decide;
    private readonly double perSecond;
    private long seen;
    private long answered;
    private long failed;

    public DemoTraffic(KafkaOptions kafka, string scoresTopic, int httpPort, double perSecond)
    {
        decide = new Uri($"http://127.0.0.1:{httpPort}/v1/decide");
        this.perSecond = perSecond;
        tail = new KafkaTail(kafka, scoresTopic, Note, (_, _) => { });
    }

    public long Answered => Interlocked.Read(ref answered);

    public long Failed => Interlocked.Read(ref failed);

    public async Task RunAsync(CancellationToken stop)
    {
        tail.Start();
        Random random = new(1);
        using PeriodicTimer tick = new(TimeSpan.FromMilliseconds(20));
        double due = 0;
        try
        {
            while (await tick.WaitForNextTickAsync(stop))
            {
                for (due += perSecond * 0.02; due >= 1 && Interlocked.Read(ref seen) > 0; due--)
                {
                    await AskAsync(visitors[random.NextInt64(Math.Min(Interlocked.Read(ref seen), VisitorsKept))], stop);
                }

                due = Math.Min(due, perSecond);
            }
        }
        catch (OperationCanceledException)
        {
            // The demo ends.
        }
    }

    /// <summary>Two examples: somebody the edge knows, with the highest score of a sample, and somebody nobody knows.</summary>
    public async Task<IReadOnlyList<DemoExample>> ExamplesAsync(CancellationToken stop)
    {
        List<DemoExample> known = [];
        for (int i = 0; i < Math.Min(seen, 200); i++)
        {
            known.Add(await AnswerAsync(visitors[i], stop));
        }

        List<DemoExample> examples = [.. known.OrderByDescending(e => e.Score).Take(1)];
        examples.Add(await AnswerAsync("somebody-new", stop));
        return examples;
    }

    public async ValueTask DisposeAsync()
    {
        await tail.DisposeAsync();
        http.Dispose();
    }

    private async Task AskAsync(string visitor, CancellationToken stop)
    {
        try
        {
            using HttpResponseMessage answer = await http.PostAsync(decide, Body(visitor), stop);
            Interlocked.Increment(ref answer.IsSuccessStatusCode ? ref answered : ref failed);
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref failed);
        }
    }

    private async Task<DemoExample> AnswerAsync(string visitor, CancellationToken stop)
    {
        using HttpResponseMessage answer = await http.PostAsync(decide, Body(visitor), stop);
        string body = await answer.Content.ReadAsStringAsync(stop);
        using JsonDocument decision = JsonDocument.Parse(body);
        double score = decision.RootElement.TryGetProperty("score", out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
        string curl = $"curl -s {decide} -d '{{\"scope\":\"{Scope}\",\"visitor\":\"{visitor}\"}}'";
        return new DemoExample(curl, body.Trim(), score);
    }

    private static StringContent Body(string visitor) =>
        new($$$"""{"scope":"{{{Scope}}}","visitor":"{{{visitor}}}","attributes":{"device":"mobile"}}""", Encoding.UTF8, "application/json");

    private void Note(RecordBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            visitors[seen % VisitorsKept] = Encoding.UTF8.GetString(batch.Key(i));
            Interlocked.Increment(ref seen);
        }
    }
}

/// <summary>A decision and the line that repeats it.</summary>
internal sealed record DemoExample(string Curl, string Answer, double Score);
