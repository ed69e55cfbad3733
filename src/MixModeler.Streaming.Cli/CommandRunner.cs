using System.CommandLine;
using MixModeler.Streaming.Cli.Demo;
using MixModeler.Streaming.Control;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Edge;

namespace MixModeler.Streaming.Cli;

/// <summary>Runs a command line; whatever goes wrong becomes one sentence on standard error and an exit code.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            foreach (string sentence in parsed.Errors.Select(e => e.Message).Distinct())
            {
                await Console.Error.WriteLineAsync(sentence);
            }

            Command asked = parsed.CommandResult.Command;
            string command = asked is RootCommand ? "mixmodeler" : $"mixmodeler {asked.Name}";
            await Console.Error.WriteLineAsync($"Try '{command} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            InvocationConfiguration settings = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
            using CancellationTokenSource parentGone = new();
            EndWithInput(parentGone);
            return await parsed.InvokeAsync(settings, parentGone.Token);
        }
        catch (CommandException e)
        {
            return await SayAsync(e.Message, e.ExitCode);
        }
        catch (Exception e) when (e is ControlStartException or HubStartException or EdgeStartException)
        {
            return await SayAsync(e.Message, ExitCode.PortTaken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or DllNotFoundException)
        {
            return await SayAsync(e.Message, ExitCode.Unavailable);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
    }

    // A process of the demo ends when its parent closes the pipe, or is no more.
    private static void EndWithInput(CancellationTokenSource source)
    {
        if (Environment.GetEnvironmentVariable(ChildProcess.EndsWithInput) != "1")
        {
            return;
        }

        new Thread(() =>
        {
            using Stream input = Console.OpenStandardInput();
            byte[] ignored = new byte[256];
            while (input.Read(ignored) > 0)
            {
            }

            source.Cancel();
        })
        { IsBackground = true, Name = "parent" }.Start();
    }

    private static async Task<int> SayAsync(string sentence, int exitCode)
    {
        await Console.Error.WriteLineAsync(sentence);
        return exitCode;
    }
}
