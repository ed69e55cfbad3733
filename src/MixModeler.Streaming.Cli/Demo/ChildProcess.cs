using System.Collections.Concurrent;
using System.Diagnostics;

namespace MixModeler.Streaming.Cli.Demo;

/// <summary>
/// One of our own commands as a process. It is told to end by the end of its standard input, which also happens when the
/// parent dies in any way, and it stands in a session of its own, so that Ctrl-C reaches the parent alone.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>With this set to 1 a command ends, as if by Ctrl-C, when its standard input ends.</summary>
    public const string EndsWithInput = "MIXMODELER_ENDS_WITH_INPUT";

    private const int LinesKept = 30;
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private ChildProcess(string name, Process process)
    {
        Name = name;
        this.process = process;
    }

    public string Name { get; }

    public bool HasExited => process.HasExited;

    public int ProcessId => process.Id;

    public int ExitCode => process.ExitCode;

    /// <summary>What it said last on standard error.</summary>
    public IEnumerable<string> LastLines => lines;

    /// <summary>Everything it printed on standard output, after it exited.</summary>
    public string Output { get; private set; } = "";

    public static ChildProcess Start(string name, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        string self = Path.Combine(AppContext.BaseDirectory, "mixmodeler.dll");
        List<string> command = [Host(), self, .. arguments];
        if (File.Exists("/usr/bin/setsid"))
        {
            command.Insert(0, "/usr/bin/setsid");
        }

        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[EndsWithInput] = "1";
        foreach ((string variable, string value) in environment)
        {
            start.Environment[variable] = value;
        }

        ChildProcess child = new(name, Process.Start(start)!);
        child.process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        child.process.OutputDataReceived += (_, line) => child.Output += line.Data is null ? "" : line.Data + "\n";
        child.process.BeginErrorReadLine();
        child.process.BeginOutputReadLine();
        return child;
    }

    /// <summary>As kill -9 does.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public Task WaitAsync(CancellationToken stop) => process.WaitForExitAsync(stop);

    /// <summary>Asks it to drain and end; kills it only if it does not within half a minute.</summary>
    public async Task EndAsync()
    {
        if (process.HasExited)
        {
            return;
        }

        process.StandardInput.Close();
        using CancellationTokenSource patience = new(EndPatience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        process.Dispose();
    }

    // Whoever runs this may itself be a program with a host of its own.
    private static string Host() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lines.Enqueue(line);
        while (lines.Count > LinesKept)
        {
            lines.TryDequeue(out _);
        }
    }
}
