using System.CommandLine;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>`mixmodeler topology promote`, `abandon` and `rollback`.</summary>
internal static class DecideCommand
{
    private static readonly Argument<string?> Id = new("ID") { Description = "The change; not needed while one is under way.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string?> Version = new("VERSION")
    {
        Description = "Its first digits are enough; without it, the version that ran before the one that runs now.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<string?> Name = LiveOptions.Name();
    private static readonly Option<bool> Json = Settings.Json();
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Ask for it and leave." };
    private static readonly Option<bool> AllowLoss = new("--allow-loss") { Description = "Go back even if state or history is lost by it." };
    private static readonly Option<string?> Note = new("--note") { Description = "Why, for the history." };

    public static Command CreatePromote()
    {
        Command command = new("promote", """
            Let a version that runs in the shadow take over.

            Example:  mixmodeler topology promote
            """) { Id, Engine, Name, NoWait, Json };
        command.SetAction((parsed, stop) => DecideAsync(parsed, "promote", stop));
        return command;
    }

    public static Command CreateAbandon()
    {
        Command command = new("abandon", """
            Give up the change that is under way; the old version goes on. A change that has begun to switch cannot be given up.

            Example:  mixmodeler topology abandon
            """) { Id, Engine, Name, Json };
        command.SetAction((parsed, stop) => DecideAsync(parsed, "abandon", stop));
        return command;
    }

    public static Command CreateRollback()
    {
        Command command = new("rollback", """
            Change running engines back to an earlier version. It is a change like any other: see 'topology apply'.

            Example:  mixmodeler topology rollback
            """) { Version, Engine, Name, AllowLoss, Note, NoWait, Json };
        command.SetAction(RollbackAsync);
        return command;
    }

    private static async Task<int> DecideAsync(ParseResult parsed, string word, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        TopologyDocument topology = await client.FindAsync(parsed.GetValue(Name), stop);
        string id = parsed.GetValue(Id) ?? topology.Change?.Id ?? throw new CommandException(ExitCode.Failed, "No change is under way.");
        string path = LiveOptions.PathOf(topology, $"changes/{Uri.EscapeDataString(id)}/{word}");
        (_, string answer) = await client.PostAsync(path, "", "application/json", null, stop);
        ChangeDocument change = ControlClient.Read(answer, ControlDocumentJson.Default.ChangeDocument);
        if (word == "promote" && !parsed.GetValue(NoWait))
        {
            return ApplyCommand.Tell(await new ChangeWatch(client, topology).UntilEndAsync(change, stop), parsed.GetValue(Json));
        }

        // That it is abandoned is what was wished for here.
        ApplyCommand.Tell(change, parsed.GetValue(Json));
        return ExitCode.Done;
    }

    private static async Task<int> RollbackAsync(ParseResult parsed, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        TopologyDocument topology = await client.FindAsync(parsed.GetValue(Name), stop);
        ChangeWish wish = new() { Version = parsed.GetValue(Version), AllowLoss = parsed.GetValue(AllowLoss), Note = parsed.GetValue(Note) };
        return await ApplyCommand.MakeAsync(client, topology, "rollback", wish, !parsed.GetValue(NoWait), parsed.GetValue(Json), stop);
    }
}
