using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Cli;

/// <summary>Sentences for the operator, one a line, on standard error.</summary>
internal static class Terminal
{
    public static void Report(Severity severity, string sentence) =>
        Console.Error.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {Word(severity)} {sentence}");

    private static string Word(Severity severity) => severity switch
    {
        Severity.Error => "error  ",
        Severity.Warning => "warning",
        _ => "info   ",
    };
}
