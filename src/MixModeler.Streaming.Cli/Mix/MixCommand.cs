using System.CommandLine;

namespace MixModeler.Streaming.Cli.Mix;

/// <summary>`mixmodeler mix …`: marketing-mix models, over a file and in running engines.</summary>
internal static class MixCommand
{
    public static Command Create() => new("mix", """
        Marketing-mix models.

        Example:  mixmodeler mix fit --data FILE.csv --spec FILE.yaml
        Example:  mixmodeler mix list
        """)
    {
        FitCommand.Create(),
        MixViewCommands.CreateList(),
        MixViewCommands.CreateShow(),
        MixViewCommands.CreateScore(),
        MixOrderCommands.CreateTrain(),
        MixOrderCommands.CreateRescore(),
        MixOrderCommands.CreateLift(),
        MixDeclarationCommands.CreateDuplicate(),
        MixDeclarationCommands.CreateDelete(),
    };
}
