using System.Globalization;
using System.Text;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Measure;

/// <summary>
/// An attribution of a log of events: a CSV file with the columns visitor, time, channel and value. A row with a channel is a touch; one without is
/// a conversion, of the value or of 1. Rows may come in any order. The survival model learns the whole log first; then every
/// conversion is scored with what it has learned.
/// </summary>
public sealed class AttributionLog
{
    private static readonly string[] Columns = ["visitor", "time", "channel", "value"];

    private readonly List<(string Visitor, long TimeMs, int Channel, double Value)> events = [];
    private readonly ChannelNames names = new();

    private AttributionLog()
    {
    }

    /// <returns>Null where the file has problems.</returns>
    public static MeasuredAttribution? Read(string text, string file, string name, AttributorOptions options, out IReadOnlyList<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(options);
        ProblemList list = new(file);
        AttributionLog log = new();
        log.ReadRows(text, list);
        problems = list.InOrder();
        return list.IsEmpty ? log.Attribute(name, options) : null;
    }

    private void ReadRows(string text, ProblemList problems)
    {
        CsvFields fields = new();
        string[] lines = text.TrimStart('\uFEFF').Split('\n');
        int[] at = [];
        for (int n = 0; n < lines.Length && !problems.IsFull; n++)
        {
            string line = lines[n].TrimEnd('\r');
            if (line.Length == 0)
            {
                continue;
            }

            fields.Split(Encoding.UTF8.GetBytes(line), (byte)',');
            string[] cells = [.. Enumerable.Range(0, fields.Count).Select(i => Encoding.UTF8.GetString(fields[i]).Trim())];
            if (at.Length > 0)
            {
                ReadRow(cells, at, n + 1, problems);
                continue;
            }

            at = [.. Columns.Select(column => Array.IndexOf(cells, column))];
            foreach (string missing in Columns.Take(3).Where((_, c) => at[c] < 0))
            {
                problems.Add(n + 1, 1, $"there is no column '{missing}'; found {string.Join(", ", cells)}");
            }

            if (!problems.IsEmpty)
            {
                return;
            }
        }

        if (problems.IsEmpty && events.Count == 0)
        {
            problems.Add(1, 1, "there are no rows below the header");
        }
    }

    private void ReadRow(string[] cells, int[] at, int line, ProblemList problems)
    {
        string Cell(int column) => at[column] >= 0 && at[column] < cells.Length ? cells[at[column]] : "";
        int Column(int column) => 1 + cells.Take(Math.Max(0, at[column])).Sum(cell => cell.Length + 1);
        if (Cell(0).Length == 0)
        {
            problems.Add(line, Column(0), "'visitor' is empty");
            return;
        }

        if (!DateTimeOffset.TryParse(Cell(1), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            problems.Add(line, Column(1), $"'time' is a moment such as 2026-01-05T10:00:00Z; found {YamlNode.Quote(Cell(1))}");
            return;
        }

        double value = 1;
        if (Cell(3).Length > 0 && !(double.TryParse(Cell(3), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value)))
        {
            problems.Add(line, Column(3), $"'value' is a number; found {YamlNode.Quote(Cell(3))}");
            return;
        }

        events.Add((Cell(0), time.ToUnixTimeMilliseconds(), Cell(2).Length == 0 ? -1 : names.Intern(Cell(2)), value));
    }

    private MeasuredAttribution Attribute(string name, AttributorOptions options)
    {
        int weeks = Math.Clamp((int)Math.Ceiling(options.Lookback.TotalDays / TouchEffects.DaysPerWeek), 1, 52);
        HazardModel model = new(new HazardOptions { Weeks = weeks });
        model.Reserve(Math.Max(1, names.Count));
        PathAttributor teacher = new(options, model.Effects(0));
        Tell(teacher);
        teacher.Settle(events.Max(each => each.TimeMs) + TouchEffects.DayMs, model);
        PathAttributor attributor = new(options, model.Effects(1));
        Tell(attributor);
        string[] channels = [.. Enumerable.Range(0, names.Count).Select(id => names[id])];
        return new MeasuredAttribution(name, "log", channels, attributor.Totals, Days(attributor.Changes, channels));
    }

    private void Tell(PathAttributor attributor)
    {
        for (int i = 0; i < events.Count; i++)
        {
            (string visitor, long timeMs, int channel, double value) = events[i];
            string id = i.ToString(CultureInfo.InvariantCulture);
            _ = channel < 0 ? attributor.Conversion(visitor, id, timeMs, value) : attributor.Touch(visitor, id, timeMs, channel);
        }
    }

    // A score that was taken back stands in the list with its correction behind it: the last one of each conversion holds.
    private static AttributionDay[] Days(IReadOnlyList<ScoreChange> changes, string[] channels)
    {
        Dictionary<string, EventScore> held = [];
        foreach (ScoreChange change in changes)
        {
            if (change.IsRetracted)
            {
                held.Remove(change.Score.ConversionId);
            }
            else
            {
                held[change.Score.ConversionId] = change.Score;
            }
        }

        return [.. held.Values
            .GroupBy(score => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(score.TimeMs).UtcDateTime))
            .OrderBy(day => day.Key)
            .Select(day => DayOf(day.Key, [.. day.OrderBy(score => score.ConversionId, StringComparer.Ordinal)], channels))];
    }

    private static AttributionDay DayOf(DateOnly date, EventScore[] scores, string[] channels)
    {
        SortedDictionary<string, ChannelTotals> totals = new(StringComparer.Ordinal);
        foreach (EventScore score in scores)
        {
            foreach (TouchScore touch in score.Touches)
            {
                ChannelTotals sum = totals.GetValueOrDefault(channels[touch.Channel]);
                TouchShares shares = touch.Shares;
                totals[channels[touch.Channel]] = new ChannelTotals(
                    sum.Influenced + shares.Influenced, sum.Incremental + shares.Incremental, sum.IncrementalValue + (shares.Incremental * score.Value),
                    sum.Decay + shares.Decay, sum.First + shares.First, sum.Last + shares.Last, sum.Linear + shares.Linear, sum.UShape + shares.UShape);
            }
        }

        return new AttributionDay(
            date, scores.Length, scores.Sum(score => score.Value), scores.Sum(score => score.Baseline),
            scores.Sum(score => score.Baseline * score.Value), totals);
    }
}
