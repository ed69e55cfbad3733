using System.CommandLine;
using System.Text;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler cel eval EXPR`.</summary>
internal static class CelCommand
{
    public static Command Create()
    {
        Argument<string?> expression = new("EXPR") { Description = "The expression.", Arity = ArgumentArity.ZeroOrOne };
        Option<string[]> bind = new("--bind")
        {
            Description = "NAME=JSON, or NAME:TYPE=JSON where JSON alone does not say it (uint, bytes as base64, timestamp, duration, list(uint)…); may be repeated.",
            DefaultValueFactory = _ => [],
        };
        Option<string?> file = new("--file") { Description = "Evaluate one {\"expr\":…,\"bind\":{…}} a line of this file (- is standard input) into one result a line." };
        Option<bool> check = new("--check") { Description = "Check types first: what can never fit is an error, evaluated or not." };
        Option<bool> json = Settings.Json();
        Command eval = new("eval", """
            Evaluate an expression and print its value; with --json as {"value":…,"type":…} or {"error":…}.

            Without --check, types are looked at when the expression is evaluated, as the language has it: '1 == 1.0' is true.
            With --file every line gets its answer, and the exit code says only whether the file could be read.

            Example:  mixmodeler cel eval 'event.amount > 10.0 && event.country in ["DE", "FR"]' --bind 'event={"amount":12.5,"country":"DE"}'
            """) { expression, bind, file, check, json };
        eval.SetAction(parsed => parsed.GetValue(file) is { } path
            ? EvaluateLines(path, parsed.GetValue(check))
            : Evaluate(parsed.GetValue(expression), parsed.GetValue(bind)!, parsed.GetValue(check), parsed.GetValue(json)));
        return new Command("cel", "Work with expressions.\n\nExample:  mixmodeler cel eval '1 + 2'") { eval };
    }

    private static int Evaluate(string? expression, string[] bind, bool isChecked, bool json)
    {
        if (expression is null)
        {
            throw new CommandException(ExitCode.Usage, "cel eval takes an expression, or --file.");
        }

        CelEvaluation evaluation = CelEvaluation.Run(expression, bind, isChecked);
        if (json)
        {
            using Stream output = Console.OpenStandardOutput();
            output.Write([.. evaluation.ToJson(), (byte)'\n']);
        }
        else if (evaluation.Error is null)
        {
            using Stream output = Console.OpenStandardOutput();
            output.Write(Encoding.UTF8.GetBytes(evaluation.Value.ToString() + "\n"));
        }
        else
        {
            Console.Error.WriteLine(evaluation.Error);
        }

        return evaluation.Error is null ? ExitCode.Done : ExitCode.Failed;
    }

    private static int EvaluateLines(string path, bool isChecked)
    {
        using Stream output = new BufferedStream(Console.OpenStandardOutput());
        using Stream input = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        CelLines.Run(input, output, isChecked);
        return ExitCode.Done;
    }
}
