using System.Globalization;
using System.Text.Json;

namespace MixModeler.Streaming.Plan.Draw;

/// <summary>A channel's curve with what is marked on it.</summary>
internal sealed record DrawnCurve(string Name, double[] X, double[] Mean, double[]? Low, double[]? High, double? Current, double? Planned, double? BreakEven);

/// <summary>A named row of numbers, with or without an interval.</summary>
internal sealed record DrawnSeries(string Name, double[] Values, double[]? Low = null, double[]? High = null);

/// <summary>Finds in the JSON of a command what a picture needs; what is not there is a null, or a sentence.</summary>
internal static class PlotSource
{
    /// <summary>Curves of `plan solve` (a list beside 'byChannel') or of `mix fit` (a map by channel).</summary>
    public static IReadOnlyList<DrawnCurve> Curves(JsonElement root)
    {
        if (!root.TryGetProperty("curves", out JsonElement curves))
        {
            return [];
        }

        if (curves.ValueKind == JsonValueKind.Object)
        {
            return [.. curves.EnumerateObject().Where(curve => curve.Value.TryGetProperty("points", out _)).Select(curve =>
            {
                JsonElement[] points = [.. curve.Value.GetProperty("points").EnumerateArray()];
                double[] x = Column(points, "media")!;
                return new DrawnCurve(curve.Name, x, Column(points, "response")!, Column(points, "q05"), Column(points, "q95"),
                    Number(curve.Value, "current"), null, Number(curve.Value, "breakEven"));
            })];
        }

        JsonElement[] channels = Items(root, "byChannel");
        return [.. curves.EnumerateArray().Select((curve, c) => new DrawnCurve(
            channels[c].GetProperty("name").GetString()!,
            Numbers(curve, "spend")!,
            Numbers(curve, "mean")!,
            Numbers(curve, "q05"),
            Numbers(curve, "q95"),
            Number(channels[c], "currentSpend"),
            Number(channels[c], "spend"),
            Number(channels[c], "breakEven")))];
    }

    /// <summary>Weights by lag, of `plan solve` or of `mix fit`.</summary>
    public static IReadOnlyList<DrawnSeries> Adstocks(JsonElement root)
    {
        if (root.TryGetProperty("adstock", out JsonElement lists) && lists.ValueKind == JsonValueKind.Array)
        {
            JsonElement[] channels = Items(root, "channels");
            return [.. lists.EnumerateArray().Select((weights, c) => new DrawnSeries(channels[c].GetString()!, Numbers(weights)))];
        }

        return root.TryGetProperty("curves", out JsonElement curves) && curves.ValueKind == JsonValueKind.Object
            ? [.. curves.EnumerateObject().Where(curve => curve.Value.TryGetProperty("adstock", out _))
                .Select(curve => new DrawnSeries(curve.Name, Numbers(curve.Value, "adstock")!))]
            : [];
    }

    /// <summary>What each week or day is made of: contributions of `mix fit`, or the weeks of a plan.</summary>
    public static (string[] Dates, IReadOnlyList<DrawnSeries> Series) Contributions(JsonElement root)
    {
        if (root.TryGetProperty("contributions", out JsonElement contributions) && contributions.ValueKind == JsonValueKind.Object)
        {
            JsonProperty[] channels = [.. contributions.EnumerateObject().Where(channel => Items(channel.Value, "periods").Length > 0)];
            string[] dates = channels.Length == 0 ? [] : [.. Items(channels[0].Value, "periods").Select(period => period.GetProperty("date").GetString()!)];
            return (dates, [.. channels.Select(channel => new DrawnSeries(channel.Name, Column(Items(channel.Value, "periods"), "mean")!))]);
        }

        JsonElement[] weeks = Items(root, "weeks");
        string[] names = [.. Items(root, "channels").Select(channel => channel.GetString()!)];
        string[] labels = [.. weeks.Select((week, w) => week.TryGetProperty("start", out JsonElement start) ? start.GetString()! : $"week {w + 1}")];
        List<DrawnSeries> series = [new("base", [.. weeks.Select(week => week.GetProperty("baseRevenue").GetDouble())])];
        series.AddRange(names.Select((name, c) => new DrawnSeries(name, [.. weeks.Select(week => week.GetProperty("revenue")[c].GetDouble())])));
        return (labels, [.. series.Where(each => each.Values.Any(v => v != 0))]);
    }

    /// <summary>Effects that change with time, of `mix fit`.</summary>
    public static (string[] Dates, IReadOnlyList<DrawnSeries> Series) Effects(JsonElement root)
    {
        if (!root.TryGetProperty("effects", out JsonElement effects) || effects.ValueKind != JsonValueKind.Object)
        {
            return ([], []);
        }

        (string Name, JsonElement[] Periods)[] channels =
            [.. effects.EnumerateObject().Select(channel => (channel.Name, (JsonElement[])[.. channel.Value.EnumerateArray()]))];
        string[] dates = channels.Length == 0 ? [] : [.. channels[0].Periods.Select(period => period.GetProperty("date").GetString()!)];
        return (dates, [.. channels.Select(channel => new DrawnSeries(
            channel.Name, Column(channel.Periods, "mean")!, Column(channel.Periods, "q05"), Column(channel.Periods, "q95")))]);
    }

    /// <summary>Spends of today and of the plan.</summary>
    public static (string[] Names, DrawnSeries? Before, DrawnSeries After)? Spends(JsonElement root)
    {
        JsonElement[] channels = Items(root, "byChannel");
        if (channels.Length == 0)
        {
            return null;
        }

        double?[] before = [.. channels.Select(channel => Number(channel, "currentSpend"))];
        return (
            [.. channels.Select(channel => channel.GetProperty("name").GetString()!)],
            before.All(spend => spend is not null) ? new DrawnSeries("today", [.. before.Select(spend => spend!.Value)]) : null,
            new DrawnSeries("plan", [.. channels.Select(channel => channel.GetProperty("spend").GetDouble())]));
    }

    /// <summary>Credit of each channel, of `attribute`, with intervals where it has them.</summary>
    public static (string[] Names, DrawnSeries Credit)? Attribution(JsonElement root)
    {
        JsonElement[] channels = [.. Items(root, "channels").Where(channel => channel.ValueKind == JsonValueKind.Object)];
        if (channels.Length == 0)
        {
            return null;
        }

        channels = [.. channels.OrderByDescending(channel => Number(channel, "conversions") ?? 0)];
        bool hasInterval = channels.All(channel => channel.TryGetProperty("conversionsInterval", out _));
        JsonElement[] intervals = hasInterval ? [.. channels.Select(channel => channel.GetProperty("conversionsInterval"))] : [];
        return (
            [.. channels.Select(channel => channel.GetProperty("channel").GetString()!)],
            new DrawnSeries(
                "conversions", Column(channels, "conversions")!, hasInterval ? Column(intervals, "q05") : null, hasInterval ? Column(intervals, "q95") : null));
    }

    private static JsonElement[] Items(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray()]
            : [];

    private static double? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static double[]? Numbers(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? Numbers(list) : null;

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetDouble())];

    // A column that a row lacks is no column.
    private static double[]? Column(JsonElement[] rows, string name)
    {
        double?[] values = [.. rows.Select(row => Number(row, name))];
        return values.Any(value => value is null) ? null : [.. values.Select(value => value!.Value)];
    }

    /// <summary>A sentence about JSON that has another shape.</summary>
    public static string Lacks(string kind, string what, string command) =>
        string.Create(CultureInfo.InvariantCulture, $"there is nothing to draw for '{kind}': {what}; print it with `{command}`");
}
