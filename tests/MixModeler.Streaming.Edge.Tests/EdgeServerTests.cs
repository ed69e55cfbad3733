using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Edge.Tests.Push;
using StackExchange.Redis;

namespace MixModeler.Streaming.Edge.Tests;

public sealed class EdgeServerTests : IAsyncLifetime
{
    private readonly LinkFixture link = new();
    private EdgeServer edge = null!;

    public async ValueTask InitializeAsync()
    {
        HubServer hub = link.StartHubWithSample();
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        hub.Apply(Sample.Scores(0, 0, nowMs, ("v0", 0), ("v1", 1), ("v2", 2), ("v3", 3)));
        hub.CaughtUp();
        edge = await link.StartEdge(hub.Port);
        await Wait.Until(() => edge.Status().Ready, "the edge is ready");
    }

    public ValueTask DisposeAsync() => link.DisposeAsync();

    [Fact]
    public async Task An_http_client_decides_over_one_connection()
    {
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{edge.HttpPort}") };
        for (int i = 0; i < 3; i++)
        {
            // JsonContent sends chunks: its length is not known beforehand.
            using HttpResponseMessage response = await client.PostAsJsonAsync(
                "/v1/decide", new { scope = "home-hero", visitor = "v3" }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal("subscribe-now", json.RootElement.GetProperty("experience").GetString());
            Assert.True(json.RootElement.GetProperty("known").GetBoolean());
        }

        EdgeStatus status = (await client.GetFromJsonAsync<EdgeStatus>("/v1/status", TestContext.Current.CancellationToken))!;
        Assert.True(status is { Ready: true, HubConnected: true, Rows: 4, Decisions: 3, Connections: 1 });
        Assert.Contains("mixmodeler_edge_decisions_total 3\n", await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/ready", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Stack_exchange_redis_is_a_client()
    {
        using ConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{edge.RespPort}");
        IDatabase database = redis.GetDatabase();
        double score = (double)await database.StringGetAsync("v3");
        Assert.Equal(Score.LinearModel.Sigmoid(0.1 * Math.Log(4)), score, 9);
        Assert.True((await database.StringGetAsync("nobody")).IsNull);
        Task<RedisResult>[] many = [.. Enumerable.Range(0, 1_000).Select(_ => database.ExecuteAsync("MM.DECIDE", "home-hero", "v3", "device", "mobile"))];
        foreach (RedisResult each in await Task.WhenAll(many))
        {
            RedisResult[] fields = (RedisResult[])each!;
            Assert.Equal("subscribe-now", (string?)fields[0]);
            Assert.Equal("likely", (string?)fields[3]);
        }

        RedisServerException e = await Assert.ThrowsAsync<RedisServerException>(() => database.ExecuteAsync("MM.DECIDE", "nowhere", "v3"));
        Assert.Contains("no scope", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redis_cli_is_a_client()
    {
        if (!File.Exists("/usr/bin/redis-cli"))
        {
            Assert.Skip("redis-cli is not installed");
        }

        Assert.Equal("PONG", await RedisCli("PING"));
        Assert.StartsWith("subscribe-now\n0.534601961\n7\nlikely\n1\n", await RedisCli("MM.DECIDE", "home-hero", "v3"), StringComparison.Ordinal);
        Assert.StartsWith("experience subscribe-now\nscore 0.534601961\n", await RedisCli("-3", "MM.DECIDE", "home-hero", "v3"), StringComparison.Ordinal);
        Assert.Contains("redis_mode:standalone", await RedisCli("INFO"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_can_be_read_although_the_client_sent_on()
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", edge.HttpPort, TestContext.Current.CancellationToken);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await stream.WriteAsync(new byte[100_000], TestContext.Current.CancellationToken);
        client.Client.Shutdown(SocketShutdown.Send);
        using StreamReader reader = new(stream);
        Assert.StartsWith("HTTP/1.1 413 ", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_held_back_and_gets_everything_when_it_does()
    {
        const int Requests = 20_000;
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", edge.RespPort, TestContext.Current.CancellationToken);
        await using NetworkStream stream = client.GetStream();
        byte[] info = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("INFO\r\n", Requests / 100)));
        // 20 MB of answers; the transport holds a few hundred KB and then the edge stops reading.
        Task writing = WriteAsync();
        await Wait.Until(() => client.Available > 0, "answers have begun");
        using StreamReader reader = new(stream);
        long sections = 0;
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is string line)
        {
            sections += line == "# Server" ? 1 : 0;
        }

        await writing.WaitAsync(Wait.LongDeadline, TestContext.Current.CancellationToken);
        Assert.Equal(Requests, sections);

        async Task WriteAsync()
        {
            for (int i = 0; i < 100; i++)
            {
                await stream.WriteAsync(info, TestContext.Current.CancellationToken);
            }

            await stream.WriteAsync("QUIT\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_at_once()
    {
        await using EdgeServer small = new(
            new EdgeOptions { HttpPort = 0, RespPort = 0, HubPort = 1, ConnectionsMax = 1 }, TimeProvider.System);
        await small.StartAsync(TestContext.Current.CancellationToken);
        using TcpClient first = new();
        await first.ConnectAsync("127.0.0.1", small.RespPort, TestContext.Current.CancellationToken);
        await Wait.Until(() => small.Status().Connections == 1, "the first is served");
        using TcpClient second = new();
        byte[] buffer = new byte[16];
        try
        {
            await second.ConnectAsync("127.0.0.1", small.RespPort, TestContext.Current.CancellationToken);
            Assert.Equal(0, await second.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // A reset says the same.
        }

        await first.GetStream().WriteAsync("PING\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(7, await first.GetStream().ReadAtLeastAsync(buffer, 7, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_taken_port_and_bad_options_are_told_in_a_sentence()
    {
        await using EdgeServer other = new(new EdgeOptions { HttpPort = edge.HttpPort, RespPort = 0 }, TimeProvider.System);
        EdgeStartException e = await Assert.ThrowsAsync<EdgeStartException>(() => other.RunAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"the edge cannot listen for HTTP on 127.0.0.1:{edge.HttpPort}", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<EdgeStartException>(() => new EdgeServer(new EdgeOptions { VisitorsMax = 0, Name = "" }, TimeProvider.System));
        Assert.Equal("VisitorsMax 0 is outside 1..500000000; Name must have 1 to 64 printable characters", e.Message);
    }

    [Fact]
    public async Task Running_ends_when_it_is_stopped()
    {
        await using EdgeServer other = new(new EdgeOptions { HttpPort = 0, RespPort = 0, HubPort = 1 }, TimeProvider.System);
        using CancellationTokenSource stop = new();
        Task running = other.RunAsync(stop.Token);
        await Wait.Until(() => other.RespPort != 0, "it has started");
        await stop.CancelAsync();
        await running.WaitAsync(Wait.LongDeadline, TestContext.Current.CancellationToken);
    }

    private async Task<string> RedisCli(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(
            "/usr/bin/redis-cli", ["-p", $"{edge.RespPort}", .. arguments]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.TrimEnd();
    }
}
