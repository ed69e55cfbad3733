using System.Diagnostics;
using System.Text.Json;

namespace MixModeler.Streaming.Integration.Seeing;

/// <summary>The real command line, in a process of its own.</summary>
internal static class Cli
{
    public static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "mixmodeler.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public static async Task<(int Code, string Text, string Complaint)> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> text = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> complaint = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(90));
        await process.WaitForExitAsync(patience.Token);
        TestContext.Current.SendDiagnosticMessage("{0} → {1}\n{2}{3}", string.Join(' ', arguments), process.ExitCode, await text, await complaint);
        return (process.ExitCode, await text, await complaint);
    }

    /// <summary>The command must end with this code; the answer is its JSON document.</summary>
    public static async Task<JsonElement> JsonAsync(int code, params string[] arguments)
    {
        (int found, string text, string complaint) = await RunAsync([.. arguments, "--json"]);
        Assert.True(found == code, $"{string.Join(' ', arguments)}: exit code {found}\n{text}\n{complaint}");
        return JsonDocument.Parse(text).RootElement;
    }
}
