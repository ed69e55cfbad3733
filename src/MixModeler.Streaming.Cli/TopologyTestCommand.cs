using System.CommandLine;
using System.Text.Json;
using MixModeler.Streaming.Rehearse;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler topology test PATH…`.</summary>
internal static class TopologyTestCommand
{
    private static readonly Argument<string[]> Paths = new("PATH") { Description = "Folders with a topology.yaml, or topology files; all of topologies/ when there is none.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> EnvironmentName = new("--env") { Description = "The environment that tests run in, unless they name one." };
    private static readonly Option<bool> Failures = new("--failures") { Description = "Run every test again with a crash before, and one after, every commit: nothing may differ." };
    private static readonly Option<bool> Accept = new("--accept") { Description = "Write expected.jsonl anew." };
    private static readonly Option<bool> Json = Settings.Json();

    public static Command Create()
    {
        Command command = new("test", """
            Run the tests of topologies, without servers and in no time: events.jsonl against expected.jsonl, and tests/*.yaml.

            Example:  mixmodeler topology test topologies/luma-propensity --failures
            """) { Paths, EnvironmentName, Failures, Accept, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        string[] paths = parsed.GetValue(Paths) ?? [];
        RehearsalOptions options = new(parsed.GetValue(EnvironmentName), parsed.GetValue(Failures), parsed.GetValue(Accept));
        RehearsalReport report = await Rehearsal.RunAsync(paths.Length > 0 ? paths : Shipped(), options, stop);
        if (parsed.GetValue(Json))
        {
            WriteJson(report);
        }
        else
        {
            WriteText(report);
        }

        return !report.IsValid ? ExitCode.InvalidTopology : report.Failed > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    private static IReadOnlyList<string> Shipped()
    {
        IReadOnlyList<string> folders = Rehearsal.FoldersIn("topologies");
        return folders.Count > 0 ? folders : throw new CommandException(ExitCode.Usage, "There is no folder 'topologies' with a topology here: name the PATH of one.");
    }

    private static void WriteText(RehearsalReport report)
    {
        foreach (object problem in report.Invalid)
        {
            Console.Error.WriteLine(problem);
        }

        foreach (string line in report.Lines())
        {
            Console.WriteLine(line);
        }
    }

    private static void WriteJson(RehearsalReport report) => Console.WriteLine(JsonSerializer.Serialize(
        new
        {
            passed = report.Passed,
            failed = report.Failed,
            tests = report.Tests.Select(test => new { test.Topology, test.Name, test.File, test.Passed, test.Deaths, test.Problems }),
            problems = report.Invalid,
        },
        JsonSerializerOptions.Web));
}
