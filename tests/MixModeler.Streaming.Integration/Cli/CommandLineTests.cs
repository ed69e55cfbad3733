using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace MixModeler.Streaming.Integration.Cli;

/// <summary>What a person sees who types something wrong, or right.</summary>
public class CommandLineTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Alone_it_shows_its_help()
    {
        (int code, string text, _) = await MixModelerAsync();
        Assert.Equal(0, code);
        Assert.All(["demo", "engine", "edge", "broker", "generate", "ingest", "run", "topology", "cel", "bench"], command => Assert.Contains($"  {command}", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("engine")]
    [InlineData("edge")]
    [InlineData("broker")]
    [InlineData("generate")]
    [InlineData("ingest")]
    [InlineData("run")]
    [InlineData("topology")]
    [InlineData("topology", "validate")]
    [InlineData("cel")]
    [InlineData("cel", "eval")]
    [InlineData("topology", "plan")]
    [InlineData("topology", "apply")]
    [InlineData("topology", "promote")]
    [InlineData("topology", "abandon")]
    [InlineData("topology", "rollback")]
    [InlineData("topology", "shadow")]
    [InlineData("topology", "tap")]
    [InlineData("topology", "status")]
    [InlineData("topology", "history")]
    [InlineData("topology", "pause")]
    [InlineData("topology", "resume")]
    [InlineData("topology", "drain")]
    [InlineData("topology", "graph")]
    [InlineData("topology", "schema")]
    [InlineData("attribute")]
    [InlineData("harmonize")]
    [InlineData("harmonize", "grid")]
    [InlineData("harmonize", "fields")]
    [InlineData("harmonize", "datasets")]
    [InlineData("harmonize", "status")]
    [InlineData("harmonize", "quality")]
    [InlineData("harmonize", "factors")]
    [InlineData("harmonize", "touchpoints")]
    [InlineData("harmonize", "conversions")]
    [InlineData("harmonize", "usage")]
    [InlineData("harmonize", "lineage")]
    [InlineData("harmonize", "suggest")]
    [InlineData("harmonize", "quarantine")]
    [InlineData("mix")]
    [InlineData("mix", "fit")]
    [InlineData("bench")]
    public async Task Every_command_has_help_with_an_example(params string[] command)
    {
        (int code, string text, _) = await MixModelerAsync([.. command, "--help"]);
        Assert.Equal(0, code);
        Assert.Contains("Example:", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--nonsense", "engine", "--nonsense")]
    [InlineData(2, "nonsense", "nonsense")]
    [InlineData(2, "none of tasks, learner, hub", "engine", "--roles", "all")]
    [InlineData(2, "not HOST:PORT", "edge", "--hub", "nowhere")]
    [InlineData(2, "is not NAME=VALUE", "engine", "--kafka-option", "ssl")]
    [InlineData(2, "not a time", "generate", "--start", "yesterday")]
    [InlineData(2, "late", "generate", "--late", "7")]
    [InlineData(1, "1:3: division by zero", "cel", "eval", "1 / 0")]
    [InlineData(1, "undeclared reference to 'x'", "cel", "eval", "x")]
    [InlineData(1, "is not NAME=JSON", "cel", "eval", "1", "--bind", "x")]
    [InlineData(2, "takes an expression", "cel", "eval")]
    [InlineData(5, "missing.jsonl", "cel", "eval", "--file", "missing.jsonl")]
    [InlineData(2, "is no HOST:PORT", "topology", "status", "--engine", "ftp://nowhere")]
    [InlineData(5, "No engine answers", "topology", "status", "--engine", "127.0.0.1:1")]
    [InlineData(3, "missing.yaml", "topology", "apply", "missing.yaml")]
    [InlineData(3, "missing.yaml", "run", "--topology", "missing.yaml", "--from", "-")]
    [InlineData(3, "missing.yaml", "topology", "graph", "missing.yaml")]
    [InlineData(2, "svg", "topology", "graph", "missing.yaml", "--format", "svg")]
    [InlineData(5, "missing.jsonl", "run", "--from", "missing.jsonl")]
    [InlineData(2, "--spec", "mix", "fit", "--data", "x.csv")]
    [InlineData(5, "missing.yaml", "mix", "fit", "--data", "x.csv", "--spec", "missing.yaml")]
    [InlineData(2, "50 or more", "mix", "fit", "--data", "x.csv", "--spec", "missing.yaml", "--particles", "5")]
    public async Task A_mistake_is_answered_with_a_sentence_and_an_exit_code(int expected, string said, params string[] arguments)
    {
        (int code, _, string complaint) = await MixModelerAsync(arguments);
        Assert.Equal(expected, code);
        Assert.Contains(said, complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_topology_is_refused_with_every_place()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "topology: broken\ntenant: luma\nsource:\n  identity: [_luma.userid]\n  latenes: 1d\nfeatures:\n  - { name: a, cuont: x }\n", Stop);
        (int code, string text, string complaint) = await MixModelerAsync("topology", "validate", file);
        Assert.Equal(3, code);
        Assert.Contains($"{file}:5:3", complaint, StringComparison.Ordinal);
        Assert.Contains("lateness", complaint, StringComparison.Ordinal);
        Assert.Contains($"{file}:7:", complaint, StringComparison.Ordinal);
        (code, text, _) = await MixModelerAsync("topology", "validate", file, "--json");
        Assert.Equal(3, code);
        Assert.False(JsonDocument.Parse(text).RootElement.GetProperty("valid").GetBoolean());
        File.Delete(file);
    }

    [Fact]
    public async Task An_expression_is_evaluated_as_text_as_json_and_by_the_line()
    {
        (int code, string text, _) = await MixModelerAsync("cel", "eval", "x.name + '!'", "--bind", "x={\"name\":\"Ada\"}");
        Assert.Equal((0, "Ada!\n"), (code, text));
        (code, text, _) = await MixModelerAsync("cel", "eval", "-n + 1u == uint(2)", "--bind", "n=1", "--json");
        Assert.Equal((1, "{\"error\":\"1:4: no such overload: int + uint\"}\n"), (code, text));
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "{\"expr\":\"x * 2\",\"bind\":{\"x\":21}}\nnonsense\n{\"expr\":\"1/0\"}\n", Stop);
        (code, text, _) = await MixModelerAsync("cel", "eval", "--file", file);
        Assert.Equal(0, code);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal("{\"value\":42,\"type\":\"int\"}", lines[0]);
        Assert.All(lines[1..], line => Assert.StartsWith("{\"error\":", line));
        File.Delete(file);
    }

    [Fact]
    public async Task Several_topologies_are_checked_in_their_environment()
    {
        string folder = Directory.CreateTempSubdirectory("mixmodeler-topology-").FullName;
        string file = Path.Combine(folder, "topology.yaml");
        string other = Path.Combine(folder, "other.yaml");
        const string Text = "topology: small\ntenant: acme\nsource: { identity: [_acme.id] }\nfeatures: [{ name: a, count: x }]\n";
        await File.WriteAllTextAsync(file, Text + "nodes: { n: { operator: filter, where: \"event.type != ''\" } }\nedges: [events -> n -> profile]\n", Stop);
        await File.WriteAllTextAsync(other, Text, Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "topology.prod.yaml"), "tenant: acme_prod\n", Stop);
        (int code, string text, string complaint) = await MixModelerAsync("topology", "validate", file, other, "--env", "prod");
        Assert.Equal(3, code);
        Assert.Contains($"{file}: topology 'small'", text, StringComparison.Ordinal);
        Assert.Contains($"{other}:1:1: there is no environment 'prod'", complaint, StringComparison.Ordinal);
        (code, text, _) = await MixModelerAsync("topology", "graph", file, "--env", "prod", "--format", "json");
        Assert.Equal(0, code);
        Assert.Equal(5, JsonDocument.Parse(text).RootElement.GetProperty("nodes").GetArrayLength());
        (code, text, _) = await MixModelerAsync("topology", "schema");
        Assert.Equal(0, code);
        Assert.Equal("object", JsonDocument.Parse(text).RootElement.GetProperty("type").GetString());
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("engine", "--control-port")]
    [InlineData("edge", "--http-port")]
    [InlineData("edge", "--resp-port")]
    public async Task A_taken_port_is_a_sentence_and_exit_code_4(string command, string option)
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        (int code, _, string complaint) = await MixModelerAsync(command, option, $"{port}");
        Assert.Equal(4, code);
        Assert.Contains($"{port}", complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generated_events_run_through_without_servers()
    {
        string folder = Directory.CreateTempSubdirectory("mixmodeler-run-").FullName;
        string events = Path.Combine(folder, "events.jsonl");
        (int code, _, _) = await MixModelerAsync("generate", "--users", "300", "--seed", "7", "--to", events, "--malformed", "0.01", "--duplicates", "0.02", "--envelope");
        Assert.Equal(0, code);
        (code, _, string told) = await MixModelerAsync("run", "--from", events, "--out", folder, "--json");
        Assert.Equal(0, code);
        string[] lines = told.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        JsonElement totals = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.Equal(File.ReadLines(events).Count(), totals.GetProperty("records").GetInt32());
        Assert.Equal(totals.GetProperty("scored").GetInt32(), File.ReadLines(Path.Combine(folder, "mm.scores.jsonl")).Count());
        Assert.Equal(totals.GetProperty("rejected").GetInt32(), File.ReadLines(Path.Combine(folder, "mm.deadletter.jsonl")).Count());
        Assert.True(totals.GetProperty("duplicates").GetInt32() > 20);
        Assert.Contains(lines, line => line.StartsWith(events + ":", StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_mix_is_fitted_to_a_plain_table_and_a_bad_row_has_its_place()
    {
        string folder = Directory.CreateTempSubdirectory("mixmodeler-mix-").FullName;
        string spec = Path.Combine(folder, "spec.yaml");
        string table = Path.Combine(folder, "table.csv");
        await File.WriteAllTextAsync(spec, "target: y\ndate: week\nscale: 10\nchannels: { tv: { spend: tv, scale: 4 } }\nparticles: 200\n", Stop);
        // Half a unit of outcome for each unit of media, and next to no noise.
        string[] rows = [.. Enumerable.Range(0, 30).Select(t =>
            FormattableString.Invariant($"{new DateOnly(2024, 1, 1).AddDays(7 * t):yyyy-MM-dd},{5 + 0.5 * (t * 7 % 5) + 0.05 * (t % 3)},{t * 7 % 5}"))];
        await File.WriteAllLinesAsync(table, ["week,y,tv", .. rows], Stop);
        (int code, string text, _) = await MixModelerAsync("mix", "fit", "--data", table, "--spec", spec, "--json");
        Assert.Equal(0, code);
        JsonElement fitted = JsonDocument.Parse(text).RootElement;
        JsonElement beta = fitted.GetProperty("parameters").EnumerateArray().Single(each => each.GetProperty("name").GetString() == "tv.beta");
        Assert.Equal(0.5 * 4, beta.GetProperty("mean").GetDouble(), 0.1);
        Assert.Equal(0.5, fitted.GetProperty("contributions").GetProperty("tv").GetProperty("roi").GetProperty("mean").GetDouble(), 0.03);
        Assert.InRange(fitted.GetProperty("fit").GetProperty("r2").GetDouble(), 0.9, 1);
        Assert.True(fitted.GetProperty("certificate").GetProperty("holds").GetBoolean(), text);

        rows[3] = rows[3][..^1] + "x";
        await File.WriteAllLinesAsync(table, ["week,y,tv", .. rows], Stop);
        (code, _, string complaint) = await MixModelerAsync("mix", "fit", "--data", table, "--spec", spec);
        Assert.Equal(1, code);
        Assert.StartsWith($"{table}:5:", complaint, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<(int Code, string Text, string Complaint)> MixModelerAsync(params string[] arguments) => Seeing.Cli.RunAsync(arguments);
}
