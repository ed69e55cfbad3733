using System.CommandLine;
using MixModeler.Streaming.Plan.Draw;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plot`.</summary>
internal static class PlotCommand
{
    private static readonly Argument<string> Kind = new("KIND") { Description = string.Join(", ", Plot.Kinds) };
    private static readonly Option<string> From = new("--from") { Description = "What a command printed with --json.", Required = true };
    private static readonly Option<string> Out = new("--out") { Description = "The SVG file to write.", Required = true };

    public static Command Create()
    {
        Kind.AcceptOnlyFromAmong([.. Plot.Kinds]);
        Command command = new("plot", """
            Draw what a command printed: response curves, a plan beside today, carry-over, contributions and effects by date, attribution.

            Example:  mixmodeler plot response --from plan.json --out response.svg
            """) { Kind, From, Out };
        command.SetAction(Draw);
        return command;
    }

    private static int Draw(ParseResult parsed)
    {
        string file = parsed.GetValue(From)!;
        string? svg = Plot.Of(parsed.GetValue(Kind)!, PlanFiles.Bytes(file), out string? problem);
        File.WriteAllText(parsed.GetValue(Out)!, svg ?? throw new CommandException(ExitCode.Failed, $"{file}: {problem}"));
        return ExitCode.Done;
    }
}
