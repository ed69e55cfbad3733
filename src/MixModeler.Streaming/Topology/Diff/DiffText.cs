using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Topology.Diff;

/// <summary>A diff as people read it, and as programs do.</summary>
public static class DiffText
{
    private static readonly string[] Heads = ["OPERATOR", "KIND", "VERDICT", "KEYS", "BYTES", "REASON"];

    /// <summary>One line an operator, losses below it, then what the change costs.</summary>
    public static string Table(TopologyDiff diff)
    {
        ArgumentNullException.ThrowIfNull(diff);
        string[][] rows = [.. diff.Operators.Select(each => Row(each, diff.Estimate is not null))];
        int[] widths = [.. Enumerable.Range(0, Heads.Length - 1).Select(column => rows.Append(Heads).Max(row => row[column].Length))];
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{diff.Topology}  {diff.From} → {diff.To}{(diff.IsEmpty ? "  (nothing changes)" : "")}\n\n");
        AppendRow(text, Heads, widths);
        for (int i = 0; i < rows.Length; i++)
        {
            AppendRow(text, rows[i], widths);
            if (diff.Operators[i].Loss is { } loss)
            {
                text.Append(' ', widths.Sum() + 2 * widths.Length).Append("LOSS: ").Append(loss).Append('\n');
            }
        }

        AppendEstimate(text, diff);
        if (diff.IsLossy)
        {
            text.Append("\nThis change loses something; it is refused unless the loss is asked for.\n");
        }

        return text.ToString();
    }

    /// <summary>The same as one JSON document.</summary>
    public static string Json(TopologyDiff diff) => JsonSerializer.Serialize(diff, DiffJson.Default.TopologyDiff);

    private static string[] Row(OperatorVerdict verdict, bool isSized) =>
    [
        verdict.Operator,
        Word(verdict.Kind.ToString()),
        Word(verdict.Verdict.ToString()),
        isSized ? Count(verdict.Keys) : "",
        isSized ? Count(verdict.Bytes) : "",
        verdict.Reason,
    ];

    private static void AppendRow(StringBuilder text, string[] row, int[] widths)
    {
        for (int column = 0; column < widths.Length; column++)
        {
            bool isNumber = Heads[column] is "KEYS" or "BYTES";
            text.Append(isNumber ? row[column].PadLeft(widths[column]) : row[column].PadRight(widths[column])).Append("  ");
        }

        text.Append(row[^1]).Append('\n');
    }

    private static void AppendEstimate(StringBuilder text, TopologyDiff diff)
    {
        if (diff.Estimate is not { } estimate)
        {
            return;
        }

        string about = estimate.IsExact ? "" : "about ";
        text.Append(CultureInfo.InvariantCulture, $"\ntouched: {about}{Count(estimate.Keys)} keys, {Count(estimate.Bytes)} bytes, as their visitors come\n");
        foreach (ReplayRange range in estimate.Replays)
        {
            string stretch = string.Create(CultureInfo.InvariantCulture, $"{range.Topic} {range.Partition}:{range.FromOffset} to {range.ToOffset}");
            text.Append(CultureInfo.InvariantCulture, $"replayed: {stretch}, {Count(range.Records)} records\n");
        }

        foreach (IGrouping<string, ReplayRange> topic in estimate.DatasetReplays.GroupBy(each => each.Topic))
        {
            string datasets = string.Join(", ", diff.Operators.Where(each => each.Topic == topic.Key).Select(each => each.Operator));
            long records = topic.Sum(each => each.Records);
            text.Append(CultureInfo.InvariantCulture, $"replayed: {topic.Key}, {Count(records)} records of {topic.Count()} partitions, for {datasets}\n");
        }

        if (estimate.Replays.Length == 0 && estimate.DatasetReplays.Length == 0)
        {
            text.Append("replayed: nothing\n");
        }
        else if (estimate.Replays.Length > 0)
        {
            text.Append(estimate.ReplaySeconds is { } seconds
                ? string.Create(CultureInfo.InvariantCulture, $"ready after: {seconds:0.0} s, beside the running version\n")
                : "ready after: unknown, no replay was measured yet\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"pause: {estimate.PauseMs:0.#} ms a partition ({estimate.PauseReason})\n");
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Word(string name) => name.ToLowerInvariant();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TopologyDiff))]
internal sealed partial class DiffJson : JsonSerializerContext;
