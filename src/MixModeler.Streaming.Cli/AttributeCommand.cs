using System.CommandLine;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Ingest.Files;

namespace MixModeler.Streaming.Cli;

/// <summary>`mixmodeler attribute --paths FILE.csv --model NAME`.</summary>
internal static class AttributeCommand
{
    private static readonly string[] Models = ["markov", "shapley", "first", "last", "linear", "position", "decay"];

    public static Command Create()
    {
        Option<string> paths = new("--paths")
        {
            Description = "CSV with the columns path, conversions, value, nulls; touches joined by ' > '. - is standard input.",
            Required = true,
        };
        Option<string> model = new("--model") { Description = "Which model.", Required = true };
        model.AcceptOnlyFromAmong(Models);
        Option<string> order = new("--order")
        {
            Description = "Touches that a Markov state remembers, 1 to 4; auto chooses by how well the next step is foretold.",
            DefaultValueFactory = _ => "1",
        };
        order.AcceptOnlyFromAmong("1", "2", "3", "4", "auto");
        Option<string> worth = new("--shapley-value")
        {
            Description = "What a set of channels is worth: the conversions of journeys within it, or their conversion rate, which counts nulls.",
            DefaultValueFactory = _ => "conversions",
        };
        worth.AcceptOnlyFromAmong("conversions", "rate");
        Option<double> halfLife = new("--half-life")
        {
            Description = "Of decay, in steps before the last touch: a file of paths has no times.",
            DefaultValueFactory = _ => 1,
        };
        Option<bool> repeats = new("--keep-repeats") { Description = "Count the same Markov state twice in a row as two steps." };
        Option<bool> intervals = new("--intervals") { Description = "Print 90 % credible intervals (Markov)." };
        Option<int> draws = new("--draws")
        {
            Description = "Draws for intervals; pairs of permutations where a rate has more than 16 channels. At least 20.",
            DefaultValueFactory = _ => 0,
        };
        Option<ulong> seed = new("--seed") { Description = "Of whatever is drawn.", DefaultValueFactory = _ => 1UL };
        Option<bool> json = Settings.Json();
        Command command = new("attribute", """
            Share conversions among the channels of counted paths.

            Example:  mixmodeler attribute --paths paths.csv --model markov --order auto --intervals
            """) { paths, model, order, worth, halfLife, repeats, intervals, draws, seed, json };
        command.SetAction(async (parsed, stop) =>
        {
            AttributeAsk ask = new(
                parsed.GetValue(model)!, parsed.GetValue(order)!, parsed.GetValue(worth)!, parsed.GetValue(halfLife), !parsed.GetValue(repeats),
                parsed.GetValue(intervals), parsed.GetValue(draws), parsed.GetValue(seed));
            Check(ask);
            PathTable table = await ReadAsync(parsed.GetValue(paths)!, stop);
            AttributeReport.Print(table, ask, Credit(table, ask), parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Check(AttributeAsk ask)
    {
        if (!(ask.HalfLife > 0) || !double.IsFinite(ask.HalfLife))
        {
            throw new CommandException(ExitCode.Usage, "--half-life must be above 0.");
        }

        if (ask.Draws is not 0 and < 20)
        {
            throw new CommandException(ExitCode.Usage, "--draws must be at least 20.");
        }

        if (ask.Intervals && ask.Model != "markov")
        {
            throw new CommandException(ExitCode.Usage, $"--intervals are there for markov; {ask.Model} knows no distribution.");
        }
    }

    private static async Task<PathTable> ReadAsync(string file, CancellationToken stop)
    {
        await using Stream input = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        PathFileResult result = await PathFile.ReadAsync(input, stop);
        return result.Table ?? throw new CommandException(ExitCode.Failed, string.Join('\n', result.Faults.Select(fault => Line(file, fault))));
    }

    private static string Line(string file, RowFault fault) => $"{file}:{fault.Line}:{fault.Column}: {fault.Sentence}";

    private static PathCredit Credit(PathTable table, AttributeAsk ask) => ask.Model switch
    {
        "markov" => PathModels.Markov(
            table, ask.Order == "auto" ? null : ask.Order[0] - '0', ask.Collapse,
            !ask.Intervals ? 0 : ask.Draws > 0 ? ask.Draws : MarkovIntervals.DrawsDefault, ask.Seed),
        "shapley" when ask.ShapleyValue == "rate" => PathModels.Rate(table, ask.Seed, ask.Draws > 0 ? ask.Draws : RateShapley.PairsDefault),
        "shapley" => PathModels.EqualSplit(table),
        "first" => PathModels.Rule(table, TouchRule.First),
        "last" => PathModels.Rule(table, TouchRule.Last),
        "linear" => PathModels.Rule(table, TouchRule.Linear),
        "position" => PathModels.Rule(table, TouchRule.Position),
        _ => PathModels.Rule(table, TouchRule.Decay, ask.HalfLife),
    };
}

/// <summary>What was asked for.</summary>
internal sealed record AttributeAsk(
    string Model, string Order, string ShapleyValue, double HalfLife, bool Collapse, bool Intervals, int Draws, ulong Seed);
