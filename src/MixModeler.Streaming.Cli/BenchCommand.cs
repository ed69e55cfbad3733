using System.CommandLine;
using System.Diagnostics;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler bench NAME`: the benchmarks are a program of their own; `./mixmodeler` builds it when it is asked for.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        Argument<string[]> rest = new("NAME") { Description = "Name of the benchmark, and its options.", Arity = ArgumentArity.ZeroOrMore };
        Command command = new("bench", """
            Run a benchmark beside its peer and print {name, value, unit, peer, peerValue, ratio}.

            Example:  mixmodeler bench engine --json
            """) { rest };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, stop) =>
            await RunAsync([.. parsed.GetValue(rest) ?? [], .. parsed.UnmatchedTokens], stop));
        return command;
    }

    private static async Task<int> RunAsync(string[] arguments, CancellationToken stop)
    {
        string program = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "../../MixModeler.Streaming.Perf/release/MixModeler.Streaming.Perf.dll"));
        if (!File.Exists(program))
        {
            throw new CommandException(ExitCode.Unavailable, "The benchmarks are not built. Run './mixmodeler bench …' from the repository, which builds them.");
        }

        using Process bench = Process.Start(Environment.ProcessPath!, [program, "bench", .. arguments]);
        await bench.WaitForExitAsync(stop);
        return bench.ExitCode;
    }
}
