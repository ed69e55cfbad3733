using System.Globalization;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize.Table;

/// <summary>The grid as one would reckon it by hand: every rule said again, in another way, with decimals; slow.</summary>
internal static class RecomputedGrid
{
    public static string[] Lines(RandomTable random, GridQuery query)
    {
        string[] groups = [.. query.Columns.Where(IsDimension)];
        string[] metrics = [.. query.Columns.Where(column => !IsDimension(column))];
        var values = from part in random.Parts
                     where (query.From is null || part.Part.Date >= query.From) && (query.To is null || part.Part.Date <= query.To)
                     from metric in metrics
                     let at = part.Dataset.Metrics.ToList().FindIndex(mapping => mapping.Field == metric)
                     where at >= 0 && part.Part.Metrics[at].Count > 0 && Counts(random, part, metric)
                     let row = string.Join(' ', groups.Select(field => Cell(part, field, query.Grain)).Prepend(""))
                     group (metric, Number(part.Dataset.Metrics[at].Aggregate, part.Part.Metrics[at])) by row;
        return [.. values
            .Select(row => row.Key + string.Concat(metrics.Select(metric =>
            {
                decimal[] numbers = [.. row.Where(value => value.metric == metric).Select(value => value.Item2)];
                return numbers.Length == 0 ? " -" : $" {(numbers.Sum() + 0.0m).ToString("0.############", CultureInfo.InvariantCulture)}";
            })))
            .Select(line => line.Trim())
            .Order(StringComparer.Ordinal)];
    }

    private static bool IsDimension(string column) => TableFixture.Dictionary.All(field => field.Name != column || field.Category == FieldCategory.Dimension);

    private static decimal Number(MetricRule rule, MetricPart part) =>
        rule == MetricRule.Count ? part.Count : decimal.Parse(part.Sum.ToString(), CultureInfo.InvariantCulture);

    private static string Cell((DatasetPlan Dataset, long Key, TablePart Part) part, string column, GridGrain grain)
    {
        DateOnly date = part.Part.Date;
        Grain target = grain == GridGrain.Finest ? Grain.Daily : (Grain)grain;
        Grain own = part.Dataset.Granularity;
        return column switch
        {
            "dataset" => part.Dataset.Name,
            "date_type" => new[] { "day", "week", "month", "quarter", "year" }[Math.Max((int)own, (int)target)],
            "event_date" => (own >= target ? date : Start(date, target, part.Dataset.StartOfWeek)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => Dimension(part, column) ?? "-",
        };
    }

    private static DateOnly Start(DateOnly date, Grain grain, DayOfWeek startOfWeek)
    {
        Func<DateOnly, bool> begins = grain switch
        {
            Grain.Weekly => day => day.DayOfWeek == startOfWeek,
            Grain.Monthly => day => day.Day == 1,
            Grain.Quarterly => day => day.Day == 1 && day.Month % 3 == 1,
            _ => day => day.DayOfYear == 1,
        };
        while (!begins(date))
        {
            date = date.AddDays(-1);
        }

        return date;
    }

    private static bool Counts(RandomTable random, (DatasetPlan Dataset, long Key, TablePart Part) part, string metric)
    {
        string? channel = Dimension(part, "channel");
        string? type = Dimension(part, "conversiontype");
        bool byChannel = channel is not null && Both(random, metric, other => Dimension(other, "channel") == channel);
        bool byType = type is not null && Both(random, metric, other => Dimension(other, "conversiontype") == type);
        bool byNeither = channel is null && type is null
            && Both(random, metric, other => Dimension(other, "channel") is null && Dimension(other, "conversiontype") is null);
        if (!byChannel && !byType && !byNeither)
        {
            return true;
        }

        MetricPreference[] own = [.. random.Plan.Preferences.Metrics.Where(each => each.Metric == metric)];
        MetricPreference? special = own.FirstOrDefault(each => byChannel && each.ByChannel && each.Value is not null && each.Value == channel)
            ?? own.FirstOrDefault(each => byType && !each.ByChannel && each.Value is not null && each.Value == type)
            ?? own.FirstOrDefault(each => (byChannel || byNeither) && each.ByChannel && each.Value is null)
            ?? own.FirstOrDefault(each => (byType || byNeither) && !each.ByChannel && each.Value is null);
        MergePreference preference = special?.Preference ?? random.Plan.Preferences.Default;
        return preference == MergePreference.Sum || part.Dataset.IsEvent == (preference == MergePreference.Event);
    }

    private static bool Both(RandomTable random, string metric, Func<(DatasetPlan, long, TablePart), bool> there)
    {
        bool[] sides = [.. random.Parts
            .Where(part => there(part))
            .Where(part => part.Dataset.Metrics.Select((mapping, at) => mapping.Field == metric && part.Part.Metrics[at].Count > 0).Any(has => has))
            .Select(part => part.Dataset.IsEvent).Distinct()];
        return sides.Length == 2;
    }

    private static string? Dimension((DatasetPlan Dataset, long Key, TablePart Part) part, string field)
    {
        int at = part.Dataset.Dimensions.ToList().FindIndex(mapping => mapping.Field == field);
        return at < 0 ? null : part.Part.Dimensions[at];
    }
}
