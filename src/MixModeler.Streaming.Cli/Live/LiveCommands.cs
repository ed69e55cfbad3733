using System.CommandLine;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>The subcommands of `mixmodeler topology` that ask a running engine.</summary>
internal static class LiveCommands
{
    public static IEnumerable<Command> All() =>
    [
        ApplyCommand.CreatePlan(),
        ApplyCommand.CreateApply(),
        DecideCommand.CreatePromote(),
        DecideCommand.CreateAbandon(),
        DecideCommand.CreateRollback(),
        ShadowCommand.Create(),
        TapCommand.Create(),
        StatusCommand.CreateStatus(),
        StatusCommand.CreateHistory(),
        RunStateCommand.CreatePause(),
        RunStateCommand.CreateResume(),
        RunStateCommand.CreateDrain(),
    ];
}
