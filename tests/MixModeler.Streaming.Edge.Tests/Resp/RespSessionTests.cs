using System.Text;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Edge.Tests.Front;

namespace MixModeler.Streaming.Edge.Tests.Resp;

public sealed class RespSessionTests
{
    private const string Decided = "*6\r\n$13\r\nsubscribe-now\r\n$11\r\n0.534601961\r\n:7\r\n$6\r\nlikely\r\n:1\r\n:4000\r\n";

    [Fact]
    public async Task A_decision_is_an_array_in_resp2_and_a_map_in_resp3()
    {
        await using Conversation conversation = Conversation.Resp();
        Assert.Equal(Decided, await conversation.Say(Command("MM.DECIDE", "home-hero", "v3")));
        Assert.Equal(Decided, await conversation.Say(Command("mm.decide", "home-hero", "v3", "device", "mobile")));
        Assert.Equal("*6\r\n$7\r\nwelcome\r\n$-1\r\n:7\r\n$7\r\nunknown\r\n:0\r\n$-1\r\n", await conversation.Say(Command("MM.DECIDE", "home-hero", "nobody")));
        Assert.StartsWith("%7\r\n$6\r\nserver\r\n", await conversation.Say(Command("HELLO", "3")), StringComparison.Ordinal);
        Assert.Equal(
            "%6\r\n+experience\r\n$13\r\nsubscribe-now\r\n+score\r\n,0.534601961\r\n+modelVersion\r\n:7\r\n+rule\r\n$6\r\nlikely\r\n+known\r\n#t\r\n+ageMs\r\n:4000\r\n",
            await conversation.Say(Command("MM.DECIDE", "home-hero", "v3")));
        Assert.Equal(
            "%6\r\n+experience\r\n$7\r\nwelcome\r\n+score\r\n_\r\n+modelVersion\r\n:7\r\n+rule\r\n$7\r\nunknown\r\n+known\r\n#f\r\n+ageMs\r\n_\r\n",
            await conversation.Say(Command("MM.DECIDE", "home-hero", "nobody")));
    }

    [Fact]
    public async Task Requests_cut_at_any_two_bytes_and_pipelined_get_the_same_answers()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(
            Command("MM.DECIDE", "home-hero", "v3", "device", "mobile") + "PING\r\n" + Command("GET", "v3") + "*0\r\n\r\n"
            + "mm.decide \"home-\\x68ero\" 'v3'\n" + Command("GET", "") + Command("ECHO", "a\r\nb"));
        string whole = await Said(bytes);
        Assert.Equal(Decided + "+PONG\r\n$11\r\n0.534601961\r\n" + Decided + "$-1\r\n$4\r\na\r\nb\r\n", whole);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(whole, await Said(bytes, cut));
            Assert.Equal(whole, await Said(bytes, cut / 2, cut));
        }

        Assert.Equal(whole, await Said(bytes, [.. Enumerable.Range(0, bytes.Length)]));
    }

    [Theory]
    [InlineData("*3000000000\r\n", "invalid multibulk length")]
    [InlineData("*1025\r\n", "invalid multibulk length")]
    [InlineData("*blabla\r\n", "invalid multibulk length")]
    [InlineData("*+1\r\n", "invalid multibulk length")]
    [InlineData("*01\r\n", "invalid multibulk length")]
    [InlineData("*99999999999999999999999999999\r\n", "invalid multibulk length")]
    [InlineData("*1\n$4\r\nPING\r\n", "invalid multibulk length")]
    [InlineData("*\0AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "invalid multibulk length")]
    [InlineData("*3\r\nfooz\r\n", "expected '$', got 'f'")]
    [InlineData("*1\r\n*1\r\n$4\r\nPING\r\n", "expected '$', got '*'")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$-10\r\n", "invalid bulk length")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$2000000000\r\n", "invalid bulk length")]
    [InlineData("*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$blabla\r\n", "invalid bulk length")]
    [InlineData("*3\r\n$3\r\nSET\r\n$5\r\nmykey\r\n$\r\n1\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$9223372036854775807\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$18446744073709551616\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$\0AAAAAAAAAAAAAAAAAAAAAAA", "invalid bulk length")]
    [InlineData("*1\r\n$4\r\nPINGX\n", "expected a line end")]
    [InlineData("set \"\"\"test-key\"\"\" test-value\r\n", "unbalanced quotes in request")]
    [InlineData("get \"abc\r\n", "unbalanced quotes in request")]
    public async Task What_is_not_the_protocol_gets_one_error_and_ends_the_connection(string sent, string problem)
    {
        await using Conversation conversation = Conversation.Resp();
        string answer = await conversation.Say(sent + Command("PING"));
        Assert.StartsWith($"-ERR Protocol error: {problem}", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(1, answer.Count(code => code == '\n'));
        Assert.Equal(FrontStep.CloseAfterError, conversation.Step);
        byte[] bytes = Encoding.Latin1.GetBytes(sent);
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            Assert.Equal(answer, await Said(bytes, cut));
        }
    }

    [Fact]
    public async Task Empty_requests_get_no_answer()
    {
        Assert.Equal("+PONG\r\n", await Said(Encoding.ASCII.GetBytes("\r\n\n*0\r\n*-10\r\n*-1\r\n   \r\nPING\r\n")));
    }

    [Fact]
    public async Task Endless_lines_and_large_requests_are_cut_off()
    {
        Assert.StartsWith("-ERR Protocol error: too big inline request", await Said(Encoding.ASCII.GetBytes(new string('A', 70_000))), StringComparison.Ordinal);
        string large = new('x', 40_000);
        Assert.StartsWith("-ERR Protocol error: invalid bulk length", await Said(Encoding.ASCII.GetBytes(Command("ECHO", large, large))), StringComparison.Ordinal);
        string[] many = [.. Enumerable.Repeat("a", 1_024)];
        Assert.StartsWith("-ERR wrong number", await Said(Encoding.ASCII.GetBytes(Command(["GET", .. many[1..]]))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_of_another_protocol_is_dropped_without_a_word()
    {
        await using Conversation conversation = Conversation.Resp();
        Assert.Equal("", await conversation.Say("POST /v1/decide HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.Equal(FrontStep.Close, conversation.Step);
    }

    [Theory]
    [InlineData("MM.DECIDE home-hero", "-ERR wrong number of arguments for 'mm.decide' command\r\n")]
    [InlineData("MM.DECIDE home-hero v3 device", "-ERR wrong number of arguments for 'mm.decide' command\r\n")]
    [InlineData("MM.DECIDE nowhere v3", "-ERR there is no scope 'nowhere'\r\n")]
    [InlineData("MM.DECIDE home-hero v3 a 1 a 2", "-ERR at most 32 attributes, each given once\r\n")]
    [InlineData("MM.DECIDE home-hero \"\"", "-ERR the visitor must be 1 to 256 bytes of UTF-8\r\n")]
    [InlineData("MM.DECIDE home-hero \"\\xff\"", "-ERR the visitor must be 1 to 256 bytes of UTF-8\r\n")]
    [InlineData("GET", "-ERR wrong number of arguments for 'get' command\r\n")]
    [InlineData("get a b", "-ERR wrong number of arguments for 'get' command\r\n")]
    [InlineData("FOO \"a\\r\\nb\" c", "-ERR unknown command 'FOO', with args beginning with: 'a  b' 'c' \r\n")]
    [InlineData("SENTINEL MASTERS", "-ERR unknown command 'SENTINEL', with args beginning with: 'MASTERS' \r\n")]
    [InlineData("SELECT 1", "-ERR DB index is out of range\r\n")]
    [InlineData("SELECT x", "-ERR value is not an integer or out of range\r\n")]
    [InlineData("SELECT 0", "+OK\r\n")]
    [InlineData("CLUSTER NODES", "-ERR This instance has cluster support disabled\r\n")]
    [InlineData("HELLO 4", "-NOPROTO unsupported protocol version\r\n")]
    [InlineData("HELLO 3 BOGUS", "-ERR Syntax error in HELLO option 'BOGUS'\r\n")]
    [InlineData("PING hi", "$2\r\nhi\r\n")]
    [InlineData("DBSIZE", ":10\r\n")]
    [InlineData("TIME", "*2\r\n$1\r\n5\r\n$1\r\n0\r\n")]
    [InlineData("CONFIG GET save", "*2\r\n$4\r\nsave\r\n$0\r\n\r\n")]
    [InlineData("CONFIG GET appendonly", "*2\r\n$10\r\nappendonly\r\n$2\r\nno\r\n")]
    [InlineData("CONFIG GET nothing", "*0\r\n")]
    [InlineData("CLIENT SETNAME me", "+OK\r\n")]
    [InlineData("CLIENT SETINFO lib-name x", "+OK\r\n")]
    [InlineData("CLIENT ID", ":1\r\n")]
    [InlineData("COMMAND COUNT", ":18\r\n")]
    [InlineData("COMMAND DOCS", "*0\r\n")]
    [InlineData("RESET", "+RESET\r\n")]
    public async Task Commands_answer_as_redis_does(string command, string answer) =>
        Assert.Equal(answer, await Said(Encoding.ASCII.GetBytes(command + "\r\n")));

    [Fact]
    public async Task A_failing_auth_among_pipelined_requests_is_exactly_one_answer()
    {
        string answer = await Said(Encoding.ASCII.GetBytes(Command("AUTH", "secret") + Command("AUTH", "me", "secret") + Command("PING")));
        string[] lines = answer.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("-ERR AUTH <password> called without any password", lines[0], StringComparison.Ordinal);
        Assert.Equal("+PONG", lines[2]);
    }

    [Fact]
    public async Task A_subscriber_hears_nothing_and_may_only_ask_what_redis_allows()
    {
        await using Conversation conversation = Conversation.Resp();
        Assert.Equal("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n", await conversation.Say("SUBSCRIBE a b\r\n"));
        Assert.StartsWith("-ERR Can't execute 'GET'", await conversation.Say("GET v3\r\n"), StringComparison.Ordinal);
        Assert.Equal("*2\r\n$4\r\npong\r\n$0\r\n\r\n", await conversation.Say("PING\r\n"));
        Assert.Equal("*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n", await conversation.Say("UNSUBSCRIBE a\r\n"));
        Assert.Equal("*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:0\r\n", await conversation.Say("UNSUBSCRIBE\r\n"));
        Assert.Equal("$11\r\n0.534601961\r\n", await conversation.Say("GET v3\r\n"));
    }

    [Fact]
    public async Task Quit_is_answered_and_ends_the_connection()
    {
        await using Conversation conversation = Conversation.Resp();
        Assert.Equal("+OK\r\n", await conversation.Say("QUIT\r\nPING\r\n"));
        Assert.Equal(FrontStep.Close, conversation.Step);
    }

    [Fact]
    public async Task Before_a_snapshot_decisions_say_loading()
    {
        await using Conversation conversation = Conversation.Resp(new EdgeState());
        Assert.Equal("-LOADING the edge has no complete snapshot yet\r\n", await conversation.Say("MM.DECIDE home-hero v\r\n"));
        Assert.Equal("$-1\r\n", await conversation.Say("GET v\r\n"));
        Assert.Contains("loading:1\r\n", await conversation.Say("INFO persistence\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Info_tells_all_sections_or_the_one_asked_for()
    {
        string all = await Said(Encoding.ASCII.GetBytes("INFO\r\n"));
        Assert.Contains("redis_version:", all, StringComparison.Ordinal);
        Assert.Contains("models_refused:0\r\n", all, StringComparison.Ordinal);
        string one = await Said(Encoding.ASCII.GetBytes("INFO Replication\r\n"));
        Assert.Contains("role:master\r\n", one, StringComparison.Ordinal);
        Assert.DoesNotContain("redis_version", one, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_asks_for_much_in_one_go_gets_it_in_several_flushes()
    {
        await using Conversation conversation = Conversation.Resp();
        string answer = await conversation.Say(string.Concat(Enumerable.Repeat(Command("INFO"), 500)));
        Assert.Equal(500, answer.Split("redis_version:").Length - 1);
    }

    [Fact]
    public async Task Decisions_and_scores_allocate_nothing()
    {
        await using Conversation conversation = Conversation.Resp();
        string requests = Command("MM.DECIDE", "home-hero", "v3", "device", "mobile") + Command("GET", "v3");
        Assert.Equal(0, await conversation.AllocatedAsync(requests + requests));
    }

    [Fact]
    public async Task Random_bytes_never_break_the_parser()
    {
        const int Seed = 12;
        Random random = new(Seed);
        byte[] good = Encoding.ASCII.GetBytes(Command("MM.DECIDE", "home-hero", "v3", "device", "mobile") + "PING 'a' \"b\"\r\n");
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = [.. good];
            for (int hits = random.Next(1, 6); hits > 0; hits--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            await Said(bytes);
        }
    }

    private static string Command(params string[] arguments) =>
        $"*{arguments.Length}\r\n" + string.Concat(arguments.Select(each => $"${each.Length}\r\n{each}\r\n"));

    private static async Task<string> Said(byte[] request, params int[] cuts)
    {
        await using Conversation conversation = Conversation.Resp();
        return await conversation.Say(request, cuts);
    }
}
