using System.Net.Http.Json;
using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>The running topology of a rig and variants of it, changed as operators change it: over an engine's control port.</summary>
internal sealed class VersionedTopology
{
    private const int WithRebuilds = 5;

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(15) };
    private readonly string name;
    private readonly (string Name, string Text, TopologyPlan Plan)[] variants;
    private EngineChild engine;
    private int begun;
    private int active;
    private int asked;

    public VersionedTopology(MainJobRig rig, EngineChild engine)
    {
        this.engine = engine;
        name = rig.Plan.Name;
        string text = File.ReadAllText(rig.TopologyFile);
        string[] lines = text.Split('\n');
        string sent = Array.Find(lines, line => line.Contains("name: emailsReceived", StringComparison.Ordinal))!;
        string last = Array.FindLast(lines, line => line.Contains("minutes_since_linkClick", StringComparison.Ordinal))!;
        string clicked = Array.Find(lines, line => line.Contains("name: webLinkClicks", StringComparison.Ordinal))!;
        variants =
        [
            .. new (string Name, string Text)[]
            {
                ("original", text),
                ("rules", text.Replace("from: 0.1, to: 1 ", "from: 0.2, to: 1 ", StringComparison.Ordinal)),
                ("feature added", text.Replace(sent, $"  - {{ name: opened_lately, decayedSum: {{ event: directMarketing.emailOpened, halfLife: 3d }} }}\n{sent}", StringComparison.Ordinal)),
                ("count added", text.Replace(last, $"{last}\n  - {{ name: forms, count: web.formFilledOut }}", StringComparison.Ordinal)),
                ("feature removed", text.Replace(clicked + "\n", "", StringComparison.Ordinal)),
                ("feature renamed", text.Replace("name: webLinkClicks", "name: link_clicks", StringComparison.Ordinal)),
                ("rates", text.Replace("alpha: 0.1", "alpha: 0.2", StringComparison.Ordinal)),
            }.Select(variant => (variant.Name, variant.Text, PlanOf(variant.Name, variant.Text))),
        ];
    }

    public TopologyPlan ActivePlan => variants[active].Plan;

    /// <summary>From here on another engine is asked.</summary>
    public void Ask(EngineChild next) => engine = next;

    /// <summary>Applies another variant or rolls back to one, and waits until it runs everywhere; returns what was done.</summary>
    public async Task<string> ChangeAsync(Random random, CancellationToken stop)
    {
        string id = await BeginAsync(random, stop);
        string end = await EndOfAsync(id, stop);
        Assert.True(end == "done", $"the change to '{variants[asked].Name}' ended as {end}: {await TryGetAsync($"changes/{id}", stop)}");
        return variants[active].Name;
    }

    public async Task<string> BeginAsync(Random random, CancellationToken stop)
    {
        asked = Choose(random);
        bool knows = random.Next(3) == 0 && (await VersionsAsync(stop)).Contains(variants[asked].Plan.Version);
        object wish = knows
            ? new { version = variants[asked].Plan.Version, allowLoss = true }
            : new { text = variants[asked].Text, allowLoss = true };
        // The change before may still have visitors on their way, which is refused until they are through.
        string answer = "";
        string? id = null;
        await Until.HoldsAsync(
            async () =>
            {
                using HttpResponseMessage reply = await PostAsync("changes", wish, stop);
                answer = await reply.Content.ReadAsStringAsync(stop);
                id = (int)reply.StatusCode == 202 ? JsonDocument.Parse(answer).RootElement.GetProperty("id").GetString() : null;
                return id is not null;
            },
            () => $"no change to '{variants[asked].Name}': {answer}",
            stop);
        return id!;
    }

    // A rebuild replays all that flowed so far, and so does a learner under other rates: the first changes have them.
    private int Choose(Random random)
    {
        bool isLate = begun++ >= WithRebuilds;
        int next;
        do
        {
            next = random.Next(variants.Length);
        }
        while (next == active || (isLate && variants[next].Name is not ("original" or "rules" or "feature renamed")));
        return next;
    }

    /// <summary>How a change ended.</summary>
    public async Task<string> EndOfAsync(string id, CancellationToken stop)
    {
        string? stage = null;
        string last = "";
        await Until.ComesAsync(
            async () =>
            {
                last = await TryGetAsync($"changes/{id}", stop) ?? last;
                JsonElement change = last.Length == 0 ? default : JsonDocument.Parse(last).RootElement;
                stage = last.Length > 0 && !change.GetProperty("open").GetBoolean() ? change.GetProperty("stage").GetString() : null;
                return stage is not null;
            },
            () => last,
            () => $"the change {id} does not end: {last}\n{string.Join('\n', engine.Process.LastLines)}",
            stop);
        active = stage == "done" ? asked : active;
        return stage!;
    }

    /// <summary>Waits until no visitor is left in the layout of a version before.</summary>
    public Task MigratedAsync(CancellationToken stop)
    {
        string last = "";
        return Until.ComesAsync(
            async () =>
            {
                last = await TryGetAsync("history", stop) ?? "[]";
                JsonElement done = JsonDocument.Parse(last).RootElement.EnumerateArray().FirstOrDefault(change => Text(change, "stage") == "done");
                return done.ValueKind == JsonValueKind.Object && done.GetProperty("partitions").EnumerateArray()
                    .All(partition => !int.TryParse(Text(partition, "partition"), out _) || Text(partition, "stage") == "migrated");
            },
            () => last,
            () => $"visitors of an older layout are left: {last}",
            stop);
    }

    /// <summary>Wishes for a loss without allowing it.</summary>
    public async Task<string> RefuseAsync(CancellationToken stop)
    {
        string without = ActivePlan.Schema.Features[0].Name;
        string[] kept = [.. variants[active].Text.Split('\n').Where(line => !line.Contains($"name: {without},", StringComparison.Ordinal))];
        using HttpResponseMessage reply = await PostAsync("changes", new { text = string.Join('\n', kept) }, stop);
        string answer = await reply.Content.ReadAsStringAsync(stop);
        Assert.True((int)reply.StatusCode == 409, $"{(int)reply.StatusCode}: {answer}");
        Assert.Contains("Allow the loss", answer, StringComparison.Ordinal);
        return "refused";
    }

    private async Task<string> VersionsAsync(CancellationToken stop) => await TryGetAsync("versions", stop) ?? "";

    private async Task<string?> TryGetAsync(string path, CancellationToken stop)
    {
        try
        {
            return await http.GetStringAsync(Url(path), stop);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> PostAsync(string path, object body, CancellationToken stop)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, Url(path)) { Content = JsonContent.Create(body, options: JsonSerializerOptions.Web) };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        return await http.SendAsync(request, stop);
    }

    private static string? Text(JsonElement document, string member) => document.GetProperty(member).GetString();

    private Uri Url(string path) => new($"http://127.0.0.1:{engine.ControlPort}/v1/topologies/{name}/{path}");

    private static TopologyPlan PlanOf(string variant, string text)
    {
        TopologyResult result = TopologyLoader.Parse(text, variant);
        return result.Plan ?? throw new InvalidOperationException($"{variant}: {string.Join('\n', result.Problems)}");
    }
}
