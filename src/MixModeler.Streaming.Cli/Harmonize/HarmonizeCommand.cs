using System.CommandLine;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize …`: the harmonized table, for people and scripts.</summary>
internal static class HarmonizeCommand
{
    public static Command Create() => new("harmonize", """
        Ask what many marketing sources have become: one table, its quality, its state and where its numbers come from.

        Example:  mixmodeler harmonize grid --grain Weekly
        """)
    {
        GridCommand.Create(),
        ReportCommands.CreateFields(),
        DatasetsCommand.Create(),
        SyncCommand.Create(),
        QualityCommand.Create(),
        ReportCommands.CreateFactors(),
        DefinitionsCommand.CreateTouchpoints(),
        DefinitionsCommand.CreateConversions(),
        ReportCommands.CreateUsage(),
        LineageCommand.Create(),
        SuggestCommand.Create(),
        QuarantineCommand.Create(),
    };
}
