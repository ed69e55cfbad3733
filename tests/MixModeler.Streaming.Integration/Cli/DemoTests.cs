using System.Diagnostics;
using System.Text.Json;

namespace MixModeler.Streaming.Integration.Cli;

/// <summary>The command that a newcomer types first.</summary>
public class DemoTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_demo_takes_events_to_decisions_and_its_books_balance_even_when_it_is_interrupted(bool interrupted)
    {
        string[] arguments = ["demo", "--seconds", interrupted ? "60" : "6", "--rate", "1500", "--json"];
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "mixmodeler.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process demo = Process.Start(start)!;
        Task<string> text = demo.StandardOutput.ReadToEndAsync(Stop);
        Task<string> complaint = demo.StandardError.ReadToEndAsync(Stop);
        if (interrupted)
        {
            await Task.Delay(TimeSpan.FromSeconds(20), Stop);
            using Process kill = Process.Start("kill", ["-INT", $"{demo.Id}"]);
            await kill.WaitForExitAsync(Stop);
        }

        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(150));
        await demo.WaitForExitAsync(patience.Token);
        Assert.True(demo.ExitCode == 0, await complaint);
        JsonElement end = JsonDocument.Parse(await text).RootElement;
        Assert.Equal(0, end.GetProperty("lost").GetInt64());
        Assert.Equal(0, end.GetProperty("duplicated").GetInt64());
        Assert.True(end.GetProperty("events").GetInt64() > 1_000);
        Assert.Equal(end.GetProperty("events").GetInt64(), end.GetProperty("scored").GetInt64());
        Assert.True(end.GetProperty("decisions").GetInt64() > 0);
        Assert.True(end.GetProperty("eventToEdgeMs").GetProperty("p99").GetInt64() > 0);
        JsonElement[] answers = [.. end.GetProperty("exampleDecisions").EnumerateArray().Select(e => e.GetProperty("answer"))];
        Assert.True(answers[0].GetProperty("known").GetBoolean());
        Assert.Equal("welcome", answers[1].GetProperty("experience").GetString());
        if (!interrupted)
        {
            Assert.InRange(end.GetProperty("auc").GetDouble(), 0.6, 1);
        }
    }
}
