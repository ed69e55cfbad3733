using System.Diagnostics;
using System.Globalization;

namespace MixModeler.Streaming.Perf;

/// <summary>One of the product's own commands as a process beside the benchmark. Ends when its standard input does.</summary>
internal sealed class ProductProcess : IAsyncDisposable
{
    private readonly Process process;

    private ProductProcess(Process process) => this.process = process;

    public static ProductProcess Start(params string[] arguments)
    {
        string program = Path.Combine(Shipped.Root(), "artifacts/bin/MixModeler.Streaming.Cli/release/mixmodeler.dll");
        ProcessStartInfo start = new("dotnet", [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MIXMODELER_ENDS_WITH_INPUT"] = "1";
        if (arguments[0] == "engine")
        {
            // As ./mixmodeler starts it.
            start.Environment["DOTNET_TieredCompilation"] = "0";
        }

        Process process = Process.Start(start)!;
        // Nobody reads what it says while it works; an unread pipe would stop it.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new ProductProcess(process);
    }

    /// <summary>User and system time so far, seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    public Task<string?> ReadLineAsync(CancellationToken stop) => process.StandardOutput.ReadLineAsync(stop).AsTask();

    public Task<string> ReadToEndAsync(CancellationToken stop) => process.StandardOutput.ReadToEndAsync(stop);

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
