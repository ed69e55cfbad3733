using System.Diagnostics;
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
        Assert.All(["demo", "engine", "edge", "broker", "generate", "run", "topology", "bench"], command => Assert.Contains($"  {command}", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("engine")]
    [InlineData("edge")]
    [InlineData("broker")]
    [InlineData("generate")]
    [InlineData("run")]
    [InlineData("topology")]
    [InlineData("topology", "validate")]
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
    [InlineData(3, "missing.yaml", "run", "--topology", "missing.yaml", "--from", "-")]
    [InlineData(5, "missing.jsonl", "run", "--from", "missing.jsonl")]
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

    private static async Task<(int Code, string Text, string Complaint)> MixModelerAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "mixmodeler.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> text = process.StandardOutput.ReadToEndAsync(Stop);
        Task<string> complaint = process.StandardError.ReadToEndAsync(Stop);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await text, await complaint);
    }
}
