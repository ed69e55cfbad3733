using System.CommandLine;
using MixModeler.Streaming.Cli.Live;
using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>`mixmodeler harmonize touchpoints` and `conversions`.</summary>
internal static class DefinitionsCommand
{
    private static readonly Argument<string?> Name = new("NAME") { Description = "Only this one, with its periods.", Arity = ArgumentArity.ZeroOrOne };

    public static Command CreateTouchpoints() => Create("touchpoints", isConversion: false, """
        Show volume and spend of marketing touchpoints over time.

        Example:  mixmodeler harmonize touchpoints "Paid video" --grain Monthly
        """);

    public static Command CreateConversions() => Create("conversions", isConversion: true, """
        Show count and revenue of conversions over time.

        Example:  mixmodeler harmonize conversions --grain Weekly
        """);

    private static Command Create(string name, bool isConversion, string description)
    {
        Command command = HarmonizeOptions.Command(
            name, description, Name, HarmonizeOptions.Since, HarmonizeOptions.Until, HarmonizeOptions.Grain, HarmonizeOptions.Drafts);
        command.SetAction((parsed, stop) => ShowAsync(parsed, name, isConversion, stop));
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, string path, bool isConversion, CancellationToken stop)
    {
        await using HarmonizeAsk ask = await HarmonizeAsk.OpenAsync(parsed, stop);
        DefinitionResult found = await ask.AskAsync(
            path, HarmonizeOptions.View(parsed, ("names", parsed.GetValue(Name))), HarmonizedTableJson.Default.DefinitionResult,
            async (answers, query) =>
            {
                DefinitionQuery asked = query.Definitions();
                DefinitionResult its = isConversion ? await answers.ConversionsAsync(asked, stop) : await answers.TouchpointsAsync(asked, stop);
                return (its, its.Problems);
            },
            stop);
        if (parsed.GetValue(HarmonizeOptions.Json))
        {
            LiveOptions.Print(found, HarmonizedTableJson.Default.DefinitionResult);
            return ExitCode.Done;
        }

        string count = isConversion ? "Conversions" : "Volume";
        string money = isConversion ? "Revenue" : "Spend";
        bool isOne = parsed.GetValue(Name) is not null;
        ConsoleTable.Print(
            isOne ? ["Date", "Date Type", count, money] : [isConversion ? "Conversion" : "Touchpoint", "Metric", count, "Money metric", money, "Periods"],
            isOne
                ? found.Series.SelectMany(series => series.Points.Select(point => new[] { point.Date, point.DateType, point.Value, point.Money }))
                : found.Series.Select(series => new[]
                {
                    series.Name, series.Metric, series.Total, series.MoneyMetric, series.MoneyTotal, ConsoleTable.Count(series.Points.Length),
                }),
            isOne ? [2, 3] : [2, 4, 5]);
        foreach (DefinitionOverlap overlap in found.Overlaps)
        {
            Console.WriteLine($"{overlap.First} and {overlap.Second} take the same {overlap.Parts} rows, such as {overlap.Example}: they may not stand in one model");
        }

        return ExitCode.Done;
    }
}
