using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Cli.Mix;

/// <summary>`mixmodeler mix train|rescore|lift`: orders to the models of running engines.</summary>
internal static class MixOrderCommands
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The mix, as the topology names it." };
    private static readonly Option<string> Engine = LiveOptions.Engine();
    private static readonly Option<string?> From = new("--from") { Description = "First day, 2026-01-05." };
    private static readonly Option<string?> To = new("--to") { Description = "Last day." };

    public static Command CreateTrain()
    {
        Command command = new("train", """
            Train a model on a range of days, a year or more: it takes in the harmonized table of these days anew. Without days it goes by the topology again.

            Example:  mixmodeler mix train revenue --from 2024-01-01 --to 2025-12-31
            """) { Name, From, To, Engine };
        command.SetAction((parsed, stop) => OrderAsync(parsed, "train", Json(
            ("from", parsed.GetValue(From)), ("to", parsed.GetValue(To))), "is trained anew", stop));
        return command;
    }

    public static Command CreateRescore()
    {
        Command command = new("rescore", """
            Let a model take in everything anew, and tell its scores again. It comes to the same numbers unless the table has changed.

            Example:  mixmodeler mix rescore revenue
            """) { Name, Engine };
        command.SetAction((parsed, stop) => OrderAsync(parsed, "rescore", "", "takes in everything anew", stop));
        return command;
    }

    public static Command CreateLift()
    {
        Option<string> id = new("--id") { Description = "Names the experiment; one of the same name takes its place.", Required = true };
        Option<string?> channel = new("--channel") { Description = "Whose media were changed." };
        Option<string?> measuredTo = new("--measured-to") { Description = "First day of the last period that was measured; --to if left out." };
        Option<double?> media = new("--media") { Description = "Media of the treated group less those of the control, a period." };
        Option<double?> lift = new("--lift") { Description = "The measured difference of the outcome, in all." };
        Option<double?> error = new("--error") { Description = "Its standard error." };
        Option<string?> region = new("--region") { Description = "Where it was made, of a model with regions." };
        Option<bool> remove = new("--remove") { Description = "Take the experiment of this name away." };
        Command command = new("lift", """
            Tell a model of an experiment. It counts from the periods on that it measured, whenever it is told.

            Example:  mixmodeler mix lift revenue --id spring --channel tv --from 2025-03-03 --to 2025-03-24 --media 1000 --lift 5400 --error 900
            """) { Name, id, channel, From, To, measuredTo, media, lift, error, region, remove, Engine };
        command.SetAction(async (parsed, stop) =>
        {
            string its = parsed.GetValue(id)!;
            if (parsed.GetValue(remove))
            {
                using ControlClient client = new(parsed.GetValue(Engine)!);
                await client.DeleteAsync($"{PathOf(parsed)}/lift/{Uri.EscapeDataString(its)}", stop);
                Console.WriteLine($"'{parsed.GetValue(Name)}' forgets the lift test '{its}'.");
                return ExitCode.Done;
            }

            string body = Json(
                ("id", its), ("channel", parsed.GetValue(channel)), ("from", parsed.GetValue(From)), ("to", parsed.GetValue(To)),
                ("measuredTo", parsed.GetValue(measuredTo)), ("media", parsed.GetValue(media)), ("lift", parsed.GetValue(lift)),
                ("error", parsed.GetValue(error)), ("region", parsed.GetValue(region)));
            return await OrderAsync(parsed, "lift", body, $"takes in the lift test '{its}'", stop);
        });
        return command;
    }

    private static async Task<int> OrderAsync(ParseResult parsed, string word, string body, string done, CancellationToken stop)
    {
        using ControlClient client = new(parsed.GetValue(Engine)!);
        (_, string json) = await client.PostAsync($"{PathOf(parsed)}/{word}", body, "application/json", null, stop);
        MixStanding standing = ControlClient.Read(json, EngineStatusJson.Default.MixStanding);
        Console.WriteLine($"'{standing.Name}' {done}; see 'mixmodeler mix list'.");
        return ExitCode.Done;
    }

    private static string PathOf(ParseResult parsed) => $"v1/mixes/{Uri.EscapeDataString(parsed.GetValue(Name)!)}";

    private static string Json(params (string Name, object? Value)[] members)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            foreach ((string name, object? value) in members)
            {
                switch (value)
                {
                    case double number when double.IsFinite(number):
                        json.WriteNumber(name, number);
                        break;
                    case not null:
                        json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                        break;
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
