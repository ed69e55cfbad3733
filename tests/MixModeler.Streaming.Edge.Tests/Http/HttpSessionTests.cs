using System.Globalization;
using System.Text;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Edge.Tests.Front;

namespace MixModeler.Streaming.Edge.Tests.Http;

public sealed class HttpSessionTests
{
    private const string Body = """{"scope":"home-hero","visitor":"v3","attributes":{"device":"mobile"}}""";
    private const string Answer =
        """{"scope":"home-hero","experience":"subscribe-now","score":0.534601961,"modelVersion":7,"rule":"likely","known":true,"ageMs":4000}""";

    [Fact]
    public async Task A_decision_is_answered_as_documented()
    {
        string response = await Said(Post(Body));
        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Tue, 01 Sep 2026 10:00:00 GMT\r\n", response, StringComparison.Ordinal);
        Assert.EndsWith($"Content-Length: {Answer.Length}\r\n\r\n{Answer}", response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_is_answered_without_score_and_age()
    {
        string response = await Said(Post("""{"visitor":"nobody","scope":"home-hero"}"""));
        Assert.EndsWith(
            """{"scope":"home-hero","experience":"welcome","score":null,"modelVersion":7,"rule":"unknown","known":false,"ageMs":null}""",
            response,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_cut_at_any_two_bytes_and_pipelined_get_the_same_answers()
    {
        string chunked = "POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + $"5;a=b\r\n{Body[..5]}\r\n0{Body.Length - 5:X}\r\n{Body[5..]}\r\n0\r\nX: y\r\n\r\n";
        byte[] bytes = Encoding.ASCII.GetBytes(Post(Body) + "GET /health HTTP/1.1\r\nHost: x\r\n\r\n" + chunked);
        string whole = await Said(bytes);
        Assert.Equal(3, whole.Split("HTTP/1.1 200 OK").Length - 1);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(whole, await Said(bytes, cut));
            Assert.Equal(whole, await Said(bytes, cut / 2, cut));
        }

        Assert.Equal(whole, await Said(bytes, [.. Enumerable.Range(0, bytes.Length)]));
    }

    // The first eight are what Kestrel 10 lets pass or answers wrongly (RFC 9112 allows some of it); all are refused here.
    [Theory]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n", 501)]
    [InlineData("POST /v1/decide HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000005\r\nhello\r\n0\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\nHost: x\n\n", 400)]
    // Transfer-Encoding
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", 501)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", 400)]
    // Chunks
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nh\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1_0\r\nh\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nh\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\r\nh\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\nh\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\nh\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\nh\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nb\r\nh\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a\rb\r\nh\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nhX\r\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\n0\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n", 413)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nbad name: 5\r\n\r\n", 400)]
    // Content-Length
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nhello", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 1_0\r\n\r\nhello", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\nhello", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 5 5\r\n\r\nhello", 400)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", 413)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999999\r\n\r\n", 413)]
    [InlineData("POST /v1/decide HTTP/1.1\r\nHost: x\r\n\r\n", 411)]
    // Fields
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: a b\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost : x\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\n Host: x\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\nA: b\u0000c\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\nA: b\nc: d\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\nA(: b\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\n\r\n", 417)]
    // Request line
    [InlineData("GET /health HTTP/1.32\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /health HTTP/0.9\r\nHost: x\r\n\r\n", 505)]
    [InlineData("GET /health HTTP/2.0\r\nHost: x\r\n\r\n", 505)]
    [InlineData("GET /health http/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /health\r\n\r\n", 400)]
    [InlineData("GET  /health HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /he alth HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET\t/health HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET health HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /h\u0001 HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("G@T /health HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData(" GET /health HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("*1\r\n$4\r\nPING\r\n", 400)]
    [InlineData("BREW /health HTTP/1.1\r\nHost: x\r\n\r\n", 501)]
    public async Task What_could_be_understood_in_two_ways_is_refused_and_ends_the_connection(string request, int status)
    {
        await using Conversation conversation = Conversation.Http();
        string response = await conversation.Say(request + "GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", response, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", response, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\n{\"error\":\"", response, StringComparison.Ordinal);
        Assert.Equal(1, response.Split("Content-Length: ").Length - 1);
        Assert.Equal(FrontStep.CloseAfterError, conversation.Step);
        byte[] bytes = Encoding.Latin1.GetBytes(request);
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            Assert.StartsWith($"HTTP/1.1 {status} ", await Said(bytes, cut), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("GET /v1/decide HTTP/1.1\r\nHost: x\r\n\r\n", 405)]
    [InlineData("POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 405)]
    [InlineData("PUT /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 405)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404)]
    [InlineData("GET http://x/health?a=b HTTP/1.1\r\nHost: x\r\n\r\n", 200)]
    [InlineData("\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n", 200)]
    [InlineData("GET /health HTTP/1.1\r\nhOST:x:80\t\r\nA:\r\n\r\n", 200)]
    public async Task After_an_answer_that_leaves_the_framing_clear_the_connection_goes_on(string request, int status)
    {
        string response = await Said(request + "GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", response, StringComparison.Ordinal);
        Assert.EndsWith("{\"healthy\":true}", response, StringComparison.Ordinal);
        Assert.Equal(2, response.Split("Content-Length: ").Length - 1);
        if (status == 405)
        {
            Assert.Contains("\r\nAllow: ", response, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "no valid JSON")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{", "no valid JSON")]
    [InlineData("{}", "scope is missing")]
    [InlineData("""{"scope":"home-hero"}""", "visitor is missing")]
    [InlineData("""{"scope":7,"visitor":"v"}""", "scope must be a string")]
    [InlineData("""{"scope":"","visitor":"v"}""", "must not be empty")]
    [InlineData("""{"scope":"home-hero","visitor":"v","visitor":"w"}""", "twice")]
    [InlineData("""{"scope":"home-hero","visitor":"v","visiter":"w"}""", "nothing else")]
    [InlineData("""{"scope":"home-hero","visitor":"v"}{}""", "no valid JSON")]
    [InlineData("""{"scope":"home-hero","visitor":"v","attributes":[]}""", "must be an object")]
    [InlineData("""{"scope":"home-hero","visitor":"v","attributes":{"a":{}}}""", "must be a string, a number")]
    [InlineData("""{"scope":"home-hero","visitor":"v","attributes":{"a":"1","\u0061":"2"}}""", "attribute is given twice")]
    [InlineData("""{"scope":"home-hero","visitor":"\ud800"}""", "no valid JSON")]
    [InlineData("{\"scope\":\"home-hero\",\"visitor\":\"\u00ff\"}", "no valid UTF-8")]
    public async Task A_body_that_is_not_a_request_is_answered_with_a_sentence(string body, string sentence)
    {
        string response = await Said(Post(body));
        Assert.StartsWith("HTTP/1.1 400 ", response, StringComparison.Ordinal);
        Assert.Contains(sentence, response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_may_be_escaped_numbers_or_null()
    {
        string mobile = """{"scope":"home-h\u0065ro","visitor":"v0","attributes":{"dev\u0069ce":"mob\u0069le","age":5,"vip":true,"x":null}}""";
        EdgeState state = Sample.ReadyState(1);
        Assert.True(Streaming.Score.ModelCheck.TryLoad(Sample.Model(8, -3), Sample.Schema, out Streaming.Score.LinearModel? model, out _));
        state.Publish(state.Image!.With(model));
        await using Conversation conversation = Conversation.Http(state);
        Assert.Contains("\"rule\":\"on-mobile\"", await conversation.Say(Post(mobile)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_are_answered_with_the_status_that_names_them()
    {
        Assert.StartsWith("HTTP/1.1 414 ", await Said("GET /" + new string('a', 9_000)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await Said("GET / HTTP/1.1\r\nHost: x\r\nA: " + new string('a', 9_000)), StringComparison.Ordinal);
        string many = string.Concat(Enumerable.Range(0, 65).Select(i => $"a{i}: b\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", await Said($"GET / HTTP/1.1\r\n{many}\r\n"), StringComparison.Ordinal);
        string tiny = string.Concat(Enumerable.Repeat("1\r\na\r\n", 23_000));
        string chunked = "POST /v1/decide HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        Assert.StartsWith("HTTP/1.1 413 ", await Said(chunked + tiny), StringComparison.Ordinal);
        string visitor = new('v', 257);
        Assert.Contains("more than 256", await Said(Post($$"""{"scope":"home-hero","visitor":"{{visitor}}"}""")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_continue_gets_it_once()
    {
        await using Conversation conversation = Conversation.Http();
        string head = $"POST /v1/decide HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {Body.Length}\r\n\r\n";
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await conversation.Say(head));
        Assert.Equal("", await conversation.Say(Body[..5]));
        Assert.EndsWith(Answer, await conversation.Say(Body[5..]), StringComparison.Ordinal);
        Assert.DoesNotContain("100 Continue", await conversation.Say(head + Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_stay_or_end_as_the_client_asks()
    {
        await using Conversation closing = Conversation.Http();
        Assert.Contains("\r\nConnection: close\r\n", await closing.Say("GET /health HTTP/1.1\r\nHost: x\r\nConnection: a, Close\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(FrontStep.Close, closing.Step);
        await using Conversation old = Conversation.Http();
        Assert.Contains("\r\nConnection: keep-alive\r\n", await old.Say("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(FrontStep.Read, old.Step);
        await old.Say("GET /health HTTP/1.0\r\n\r\n");
        Assert.Equal(FrontStep.Close, old.Step);
    }

    [Fact]
    public async Task Head_is_get_without_the_body()
    {
        string response = await Said("HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.EndsWith("Content-Length: 16\r\n\r\n", response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_a_snapshot_nothing_is_decided_and_ready_says_so()
    {
        await using Conversation conversation = Conversation.Http(new EdgeState());
        Assert.StartsWith("HTTP/1.1 503 ", await conversation.Say("GET /ready HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 503 ", await conversation.Say(Post(Body)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await conversation.Say("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        Assert.Contains("\"ready\":false", await conversation.Say("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        Assert.Contains("mixmodeler_edge_ready 0\n", await conversation.Say("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decision_allocates_nothing()
    {
        await using Conversation conversation = Conversation.Http();
        Assert.Equal(0, await conversation.AllocatedAsync(Post(Body) + Post(Body)));
    }

    [Fact]
    public async Task Random_bytes_never_break_the_parser()
    {
        const int Seed = 11;
        Random random = new(Seed);
        byte[] good = Encoding.ASCII.GetBytes(Post(Body));
        for (int i = 0; i < 3_000; i++)
        {
            byte[] bytes = [.. good];
            for (int hits = random.Next(1, 6); hits > 0; hits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            string response = await Said(bytes);
            Assert.True(response.Length == 0 || response.StartsWith("HTTP/1.1 ", StringComparison.Ordinal), $"seed {Seed}, case {i}");
        }
    }

    private static string Post(string body) => string.Create(
        CultureInfo.InvariantCulture,
        $"POST /v1/decide HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    private static Task<string> Said(string request) => Said(Encoding.Latin1.GetBytes(request));

    private static async Task<string> Said(byte[] request, params int[] cuts)
    {
        await using Conversation conversation = Conversation.Http();
        return await conversation.Say(request, cuts);
    }
}
