using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MixModeler.Streaming.Redis;

/// <summary>
/// A child process that ends with its parent. The kernel sends the parent-death signal when the *thread* that forked ends, so
/// a thread of its own starts the process and stays until it exits.
/// </summary>
internal sealed partial class ServerProcess : IDisposable
{
    private const int LinesKept = 20;
    private const int Terminate = 15;

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(ProcessStartInfo start) => process = new Process { StartInfo = start };

    public int Id { get; private set; }

    public Task Exited => exited.Task;

    /// <summary>What it said last: the reason when it did not start.</summary>
    public string LastLines => string.Join('\n', lines);

    public static async Task<ServerProcess> StartAsync(ProcessStartInfo start)
    {
        ServerProcess server = new(start);
        new Thread(server.Run) { IsBackground = true, Name = $"{start.FileName}:parent" }.Start();
        await server.started.Task.ConfigureAwait(false);
        return server;
    }

    public void Kill()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException) when (exited.Task.IsCompleted)
        {
            // Gone already, which is what was asked for.
        }
    }

    /// <summary>Asks it to end; what has no such request is killed.</summary>
    public void RequestEnd()
    {
        if (OperatingSystem.IsWindows() || SendSignal(Id, Terminate) != 0)
        {
            Kill();
        }
    }

    public void Dispose() => process.Dispose();

    private void Run()
    {
        try
        {
            process.OutputDataReceived += (_, line) => Keep(line.Data);
            process.ErrorDataReceived += (_, line) => Keep(line.Data);
            process.Start();
            Id = process.Id;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            started.SetResult();
        }
        catch (Exception cause) when (cause is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            started.SetException(cause);
            return;
        }

        process.WaitForExit();
        exited.SetResult();
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lines.Enqueue(line);
        if (lines.Count > LinesKept)
        {
            lines.TryDequeue(out _);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
