using System.Globalization;

namespace MixModeler.Streaming.Measure;

/// <summary>What part of a model a question is about. Read from words, with every problem of them.</summary>
public sealed record InsightQuery
{
    /// <summary>Names of the words that a query is made of.</summary>
    public static readonly IReadOnlyList<string> Words = ["from", "to", "channels", "top", "measure", "falseAlarmEvery", "attribution"];

    /// <summary>Periods that begin on this day or later.</summary>
    public DateOnly From { get; init; } = DateOnly.MinValue;

    /// <summary>Periods that begin on this day or before.</summary>
    public DateOnly To { get; init; } = DateOnly.MaxValue;

    /// <summary>Null for all.</summary>
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>Rows of a list of the largest.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Whether credits are counted in value instead of conversions.</summary>
    public bool InValue { get; init; }

    /// <summary>Periods in which a drift alarm may come once without any drift.</summary>
    public double FalseAlarmEvery { get; init; } = 520;

    /// <summary>Of `consistency`: the attribution that the mix is held against.</summary>
    public string? Attribution { get; init; }

    /// <param name="word">Null where it was not said.</param>
    /// <param name="known">Channels of the model.</param>
    /// <param name="problems">What is wrong with the words; empty where there is nothing.</param>
    public static InsightQuery Read(Func<string, string?> word, IReadOnlyList<string> known, out IReadOnlyList<string> problems)
    {
        List<string> list = [];
        InsightQuery otherwise = new();
        string[]? channels = word("channels")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        list.AddRange((channels ?? []).Except(known).Select(each => $"channels: there is no channel '{each}', there is {string.Join(", ", known)}"));
        InsightQuery query = new()
        {
            From = Day(word("from"), "from", otherwise.From, list),
            To = Day(word("to"), "to", otherwise.To, list),
            Channels = channels,
            Top = (int)Number(word("top"), "top", otherwise.Top, 1, 1_000, list),
            InValue = word("measure") == "value",
            FalseAlarmEvery = Number(word("falseAlarmEvery"), "falseAlarmEvery", otherwise.FalseAlarmEvery, 10, 1e6, list),
            Attribution = word("attribution"),
        };
        if (word("measure") is { } measure && measure is not ("conversions" or "value"))
        {
            list.Add($"measure: '{measure}' is neither conversions nor value");
        }

        if (query.From > query.To)
        {
            list.Add("from: lies after 'to'");
        }

        problems = list;
        return query;
    }

    internal bool Takes(string channel) => Channels is null || Channels.Contains(channel);

    internal bool Takes(DateOnly day) => day >= From && day <= To;

    private static DateOnly Day(string? text, string name, DateOnly otherwise, List<string> problems)
    {
        if (text is null)
        {
            return otherwise;
        }

        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
        {
            problems.Add($"{name}: '{text}' is no day such as 2026-01-05");
        }

        return day;
    }

    private static double Number(string? text, string name, double otherwise, double least, double most, List<string> problems)
    {
        if (text is null)
        {
            return otherwise;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most)
        {
            return number;
        }

        problems.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: '{text}' is no number from {least} to {most}"));
        return otherwise;
    }
}
