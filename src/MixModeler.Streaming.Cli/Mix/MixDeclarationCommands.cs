using System.CommandLine;
using System.Text.Json.Nodes;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Cli.Mix;

/// <summary>`mixmodeler mix duplicate|delete`: another version of the topology, with one mix more or less.</summary>
internal static class MixDeclarationCommands
{
    private const string Mixes = "mixes";

    private static readonly Argument<string> Name = new("NAME") { Description = "The mix, as the topology names it." };
    private static readonly Option<string?> Topology = LiveOptions.Name();
    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<bool> Json = Settings.Json();
    private static readonly Option<string?> As = new("--as") { Description = "Name of the copy; NAME-copy if left out." };

    public static Command CreateDuplicate()
    {
        Command command = new("duplicate", """
            Run a copy of a model beside it, to change the one and keep the other. The topology gets another version, which 'topology rollback' takes back.

            Example:  mixmodeler mix duplicate revenue --as revenue-2
            """) { Name, As, Topology, Engine, Json };
        command.SetAction((parsed, stop) => ChangeAsync(parsed, Duplicate, allowLoss: false, stop));
        return command;
    }

    public static Command CreateDelete()
    {
        Command command = new("delete", """
            Take a model out of the topology that runs, with what it has learned and was told. The topology gets another version.

            Example:  mixmodeler mix delete revenue-2
            """) { Name, Topology, Engine, Json };
        command.SetAction((parsed, stop) => ChangeAsync(parsed, Delete, allowLoss: true, stop));
        return command;
    }

    private static string Duplicate(ParseResult parsed, JsonObject mixes, string name)
    {
        IEnumerable<string> free = Enumerable.Range(1, int.MaxValue).Select(n => n == 1 ? $"{name}-copy" : $"{name}-copy-{n}");
        string copy = parsed.GetValue(As) ?? free.First(each => !mixes.ContainsKey(each));
        if (mixes.ContainsKey(copy))
        {
            throw new CommandException(ExitCode.Usage, $"--as: there is a mix '{copy}' already.");
        }

        mixes.Add(copy, mixes[name]!.DeepClone());
        return $"mix '{copy}', a copy of '{name}'";
    }

    private static string Delete(ParseResult parsed, JsonObject mixes, string name)
    {
        mixes.Remove(name);
        return $"without the mix '{name}'";
    }

    private static async Task<int> ChangeAsync(ParseResult parsed, Func<ParseResult, JsonObject, string, string> change, bool allowLoss, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        TopologyDocument topology = await client.FindAsync(parsed.GetValue(Topology), stop);
        // The text of a version is canonical, and that is JSON.
        JsonNode text = JsonNode.Parse(await client.TextAsync(LiveOptions.PathOf(topology, $"versions/{topology.Active}"), stop))!;
        string name = parsed.GetValue(Name)!;
        if (text[Mixes] is not JsonObject mixes || !mixes.ContainsKey(name))
        {
            throw new CommandException(ExitCode.Failed, $"The topology '{topology.Name}' has no mix '{name}'.");
        }

        ChangeWish wish = new() { Note = change(parsed, mixes, name), AllowLoss = allowLoss };
        if (mixes.Count == 0)
        {
            text.AsObject().Remove(Mixes);
        }

        return await ApplyCommand.MakeAsync(client, topology, "changes", wish with { Text = text.ToJsonString() }, waits: true, parsed.GetValue(Json), stop);
    }
}
