using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace MixModeler.Streaming.Perf;

/// <summary>A process that a benchmark starts, pinned to one processor, and ends.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Process process;

    private PeerProcess(Process process) => this.process = process;

    /// <param name="processor">The only one it may use.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="command">Program and arguments.</param>
    public static PeerProcess Start(int processor, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        ProcessStartInfo start = new("taskset", ["-c", processor.ToString(CultureInfo.InvariantCulture), .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
        // What it complains about is not read; left in the pipe it would block.
        process.BeginErrorReadLine();
        return new PeerProcess(process);
    }

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    public static async Task<string> RunAsync(int processor, CancellationToken stop, params string[] command)
    {
        await using PeerProcess run = Start(processor, new Dictionary<string, string>(), command);
        string output = await run.process.StandardOutput.ReadToEndAsync(stop);
        await run.process.WaitForExitAsync(stop);
        return run.process.ExitCode == 0 ? output : throw new InvalidOperationException($"{command[0]} failed: {output}");
    }

    public async Task<string> ReadLineAsync(CancellationToken stop) =>
        await process.StandardOutput.ReadLineAsync(stop) ?? throw new InvalidOperationException("it ended before it was ready");

    /// <summary>User and system time so far.</summary>
    public TimeSpan CpuTime()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    public static async Task WaitForPortAsync(int port, CancellationToken stop)
    {
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            try
            {
                using TcpClient client = new();
                await client.ConnectAsync("127.0.0.1", port, stop);
                return;
            }
            catch (SocketException)
            {
                await look.WaitForNextTickAsync(stop);
            }
        }
    }

    /// <summary>Whether a program can be found on the path.</summary>
    public static bool Exists(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    public static int FreePort()
    {
        using TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
