using System.CommandLine;
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

            string command = string.Join(' ', parsed.CommandResult.Command is RootCommand ? ["mixmodeler"] : new[] { "mixmodeler", parsed.CommandResult.Command.Name });
            await Console.Error.WriteLineAsync($"Try '{command} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            InvocationConfiguration settings = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
            return await parsed.InvokeAsync(settings);
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

    private static async Task<int> SayAsync(string sentence, int exitCode)
    {
        await Console.Error.WriteLineAsync(sentence);
        return exitCode;
    }
}
