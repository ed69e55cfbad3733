using System.CommandLine;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler deadletter list|show|replay`.</summary>
internal static class DeadLetterCommand
{
    public static Command Create() => new("deadletter", """
        Look at refused records, and put them back once the cause is mended.

        Example:  mixmodeler deadletter list --reason visitor-missing
        """)
    {
        DeadLetterListCommand.Create(), DeadLetterShowCommand.Create(), DeadLetterReplayCommand.Create(),
    };
}
