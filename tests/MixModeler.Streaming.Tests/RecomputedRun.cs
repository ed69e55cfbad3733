using System.Globalization;
using System.Text.Json;

namespace MixModeler.Streaming.Tests;

/// <summary>What a log must give, computed the slow way from all events at once: the oracle of the partition task.</summary>
internal sealed record RecomputedRun(long Accepted, long Duplicates, long TooLate, long Positives, long Negatives, Dictionary<string, long> Opens)
{
    public static RecomputedRun Of(string[] log, long withinMs, long horizonMs)
    {
        (long accepted, long duplicates, long tooLate, long positives) = (0, 0, 0, 0);
        Dictionary<string, long> opens = [];
        Dictionary<(string Visitor, string Id), long> ids = [];
        Dictionary<string, long> newestOf = [];
        List<(string Visitor, long AtMs)> open = [];
        long newestMs = 0;
        foreach (string value in log.Where(v => v.EndsWith('}')))
        {
            JsonElement e = JsonDocument.Parse(value).RootElement;
            string visitor = e.GetProperty("_luma").GetProperty("userid").GetString()!;
            long atMs = DateTimeOffset.Parse(e.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
            if (atMs < newestMs - horizonMs)
            {
                tooLate++;
                continue;
            }

            newestMs = Math.Max(newestMs, atMs);
            (string, string) id = (visitor, e.GetProperty("_id").GetString()!);
            if (ids.TryGetValue(id, out long seenMs) && seenMs >= newestMs - horizonMs)
            {
                duplicates++;
                continue;
            }

            ids[id] = atMs;
            accepted++;
            string type = e.GetProperty("eventType").GetString()!;
            opens[visitor] = opens.GetValueOrDefault(visitor) + (type == "open" ? 1 : 0);
            newestOf[visitor] = Math.Max(newestOf.GetValueOrDefault(visitor), atMs);
            if (type == TestTopology.Label)
            {
                positives += open.RemoveAll(d => d.Visitor == visitor && d.AtMs <= atMs && atMs - d.AtMs <= withinMs);
            }
            else
            {
                open.Add((visitor, newestOf[visitor]));
            }
        }

        // With four settled visitors per event the schedule never falls behind in these logs.
        long negatives = open.Count(d => d.AtMs + withinMs + horizonMs < newestMs);
        return new RecomputedRun(accepted, duplicates, tooLate, positives, negatives, opens);
    }
}
