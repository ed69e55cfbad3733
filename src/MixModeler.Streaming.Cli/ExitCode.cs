namespace MixModeler.Streaming.Cli;

/// <summary>What a script can tell apart.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The command ran and did not reach its end, or an audit failed.</summary>
    public const int Failed = 1;

    /// <summary>Unknown option, missing value.</summary>
    public const int Usage = 2;

    /// <summary>The topology has problems; each was printed with its place.</summary>
    public const int InvalidTopology = 3;

    /// <summary>A port is taken or may not be used.</summary>
    public const int PortTaken = 4;

    /// <summary>A file cannot be read or written, a server cannot be started.</summary>
    public const int Unavailable = 5;
}

/// <summary>Ends a command with a sentence and an exit code.</summary>
internal sealed class CommandException(int exitCode, string sentence) : Exception(sentence)
{
    public int ExitCode { get; } = exitCode;
}
