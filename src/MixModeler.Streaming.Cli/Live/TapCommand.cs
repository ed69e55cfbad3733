using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Cli.Live;

/// <summary>`mixmodeler topology tap NODE`: live records into and out of an operator.</summary>
internal static class TapCommand
{
    private static readonly Argument<string> Node = new("NODE") { Description = "An operator, as 'topology top' names it." };
    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<string?> Name = LiveOptions.Name();
    private static readonly Option<bool> In = new("--in") { Description = "Only what comes in." };
    private static readonly Option<bool> Out = new("--out") { Description = "Only what goes out." };
    private static readonly Option<int?> Limit = new("--limit") { Description = "End after so many records." };
    private static readonly Option<double?> Seconds = new("--seconds") { Description = "End after so many seconds." };
    private static readonly Option<bool> Raw = new("--raw") { Description = "Show personal data as it is." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document a line, as they come." };

    public static Command Create()
    {
        Command command = new("tap", """
            Show live records into and out of an operator, of the partitions that the asked engine runs, until Ctrl-C. The stream never
            waits for you: beyond 200 records a second they are passed over and counted. Personal data is masked.

            Example:  mixmodeler topology tap profile --out --limit 10
            """) { Node, Engine, Name, In, Out, Limit, Seconds, Raw, Json };
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken stop)
    {
        if (parsed.GetValue(Limit) is <= 0 || parsed.GetValue(Seconds) is <= 0)
        {
            throw new CommandException(ExitCode.Usage, "--limit and --seconds are greater than 0.");
        }

        using ControlClient client = new(parsed.GetValue(Engine)!);
        TopologyDocument topology = await client.FindAsync(parsed.GetValue(Name), stop);
        string direction = (parsed.GetValue(In), parsed.GetValue(Out)) switch
        {
            (true, false) => "in",
            (false, true) => "out",
            _ => "both",
        };
        string query = $"tap?node={Uri.EscapeDataString(parsed.GetValue(Node)!)}&direction={direction}"
            + (parsed.GetValue(Limit) is { } limit ? $"&limit={limit}" : "")
            + (parsed.GetValue(Seconds) is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"&seconds={seconds:0.###}") : "")
            + (parsed.GetValue(Raw) ? "&raw=true" : "");
        long passedOver = 0;
        try
        {
            await foreach (string line in client.LinesAsync(LiveOptions.PathOf(topology, query), stop))
            {
                passedOver = Tell(line, parsed.GetValue(Json));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C is how most people end it.
        }

        if (passedOver > 0)
        {
            Console.Error.WriteLine($"{passedOver.ToString("N0", CultureInfo.InvariantCulture)} more were passed over.");
        }

        return ExitCode.Done;
    }

    private static long Tell(string line, bool json)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement shown = document.RootElement;
        string at = shown.GetProperty("at").GetDateTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        Console.WriteLine(json ? line : $"{at} {shown.GetProperty("direction").GetString(),-5} {shown.GetProperty("record").GetRawText()}");
        return shown.GetProperty("passedOver").GetInt64();
    }
}
