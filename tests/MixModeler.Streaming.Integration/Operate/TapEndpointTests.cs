using System.Net;
using System.Text.Json;
using MixModeler.Streaming.Control;
using MixModeler.Streaming.Explain;
using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Integration.Kafka;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Integration.Operate;

public sealed class TapEndpointTests : IAsyncLifetime
{
    private readonly FlowTaps taps = new();
    private readonly HttpClient http = new();
    private ControlServer server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        LiveTaps live = new(() => ControlRig.Plan, taps, TimeProvider.System);
        server = await ControlServer.StartAsync(IPAddress.Loopback, 0, () => new EngineStatus(), Stop, () => null, () => live);
        http.BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Records_come_line_by_line_until_there_are_enough()
    {
        (HttpResponseMessage answer, StreamReader lines) = await OpenAsync("node=scores&direction=out&limit=2");
        using (answer)
        {
            Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
            Show("scores", TappedRecord.In, "1");
            Show("events", TappedRecord.Out, "2");
            Show("scores", TappedRecord.Out, "3");
            JsonElement first = JsonDocument.Parse((await lines.ReadLineAsync(Stop))!).RootElement;
            Assert.Equal(("scores", "out"), (first.GetProperty("node").GetString(), first.GetProperty("direction").GetString()));
            Assert.Equal(3, first.GetProperty("record").GetInt32());
            Show("scores", TappedRecord.Out, "4");
            Show("scores", TappedRecord.Out, "5");
            Assert.NotNull(await lines.ReadLineAsync(Stop));
            Assert.Null(await lines.ReadLineAsync(Stop));
        }

        await Soon.HoldsAsync(() => taps.Count == 0, "the tap ends with its answer");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_tap()
    {
        (HttpResponseMessage answer, _) = await OpenAsync("node=events");
        Assert.Equal(1, taps.Count);
        answer.Dispose();
        await Soon.HoldsAsync(() => taps.Count == 0, "the tap ends with its client");
    }

    [Fact]
    public async Task A_tap_ends_with_its_time_and_with_the_engine()
    {
        (HttpResponseMessage timed, StreamReader lines) = await OpenAsync("node=events&seconds=0.2");
        Assert.Null(await lines.ReadLineAsync(Stop));
        timed.Dispose();
        (HttpResponseMessage open, lines) = await OpenAsync("node=events");
        long began = TimeProvider.System.GetTimestamp();
        await server.DisposeAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 10);
        Assert.Null(await lines.ReadLineAsync(Stop));
        Assert.Equal(0, taps.Count);
        open.Dispose();
    }

    [Theory]
    [InlineData(404, "luma-propensity", "node=profil", "did you mean 'profile'? Allowed: events, dedupe, profile, scores")]
    [InlineData(404, "luma-propensity", "", "There is no operator ''")]
    [InlineData(404, "luma-propensity", "node=learner", "There is no operator 'learner' that can be watched")]
    [InlineData(404, "other", "node=profile", "runs 'luma-propensity'")]
    [InlineData(400, "luma-propensity", "node=profile&direction=up", "in, out and both")]
    [InlineData(400, "luma-propensity", "node=profile&limit=-1", "positive")]
    [InlineData(400, "luma-propensity", "node=profile&seconds=x", "positive")]
    public async Task What_cannot_be_watched_is_a_problem(int code, string topology, string query, string said)
    {
        using HttpResponseMessage answer = await http.GetAsync(new Uri($"v1/topologies/{topology}/tap?{query}", UriKind.Relative), Stop);
        Assert.Equal((code, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        JsonElement reply = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
        Assert.Contains(said, reply.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, taps.Count);
    }

    private void Show(string node, string direction, string value) => taps.Show(node, direction, default, System.Text.Encoding.UTF8.GetBytes(value));

    private async Task<(HttpResponseMessage Answer, StreamReader Lines)> OpenAsync(string query)
    {
        HttpResponseMessage answer = await http.GetAsync(
            new Uri($"v1/topologies/luma-propensity/tap?{query}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (answer, new StreamReader(await answer.Content.ReadAsStreamAsync(Stop)));
    }
}
