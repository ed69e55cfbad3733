using System.CommandLine;

namespace MixModeler.Streaming.Cli.Plans;

/// <summary>`mixmodeler plan`: budgets to plans.</summary>
internal static class PlanCommand
{
    public static Command Create() => new("plan", """
        Spend a budget where it brings most, with a proof of how near to the best the plan is.

        Example:  mixmodeler plan solve --problem problem.json
        """)
    {
        CreateCommand.Create(),
        SolveCommand.Create(),
        ListCommand.Create(),
        ShowCommand.Create(),
        CompareCommand.Create(),
        TrackCommand.Create(),
        DuplicateCommand.Create(),
    };
}
