using System.Text;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Tests.Harmonize;

/// <summary>A dataset of events with 40 mapping rules, and events for it.</summary>
internal static class FortyRules
{
    public static (DatasetPlan Plan, List<RecordBatch> Batches) Make(int events)
    {
        DatasetPlan plan = DatasetWorld.Plan with
        {
            Category = DatasetCategory.ExperienceEvents,
            DatePath = "timestamp",
            Dimensions =
            [
                .. Enumerable.Range(0, 20).Select(i => DatasetWorld.Into($"d{i}", $"a.f{i}")),
                .. Enumerable.Range(20, 12).Select(i => new DimensionMapping(
                    $"d{i}",
                    [new MappingCase(false, [new MappingCondition($"a.f{i - 20}", ConditionOperator.StartsWith, ["1", "2"])], new MappingValue(false, "low"))],
                    new MappingValue(true, "eventType"),
                    [])),
            ],
            Metrics =
            [
                .. Enumerable.Range(0, 6).Select(i => new MetricMapping($"m{i}", (MetricRule)i, $"n{i}", [new MetricScale(0.01m, null)])),
                new MetricMapping("records", MetricRule.Count, null, []), new MetricMapping("m7", MetricRule.Sum, "n0", []),
            ],
        };
        List<RecordBatch> batches = [];
        for (int e = 0; e < events; e++)
        {
            if (e % RecordBatch.RecordsMax == 0)
            {
                batches.Add(new RecordBatch());
            }

            string texts = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"f{i}\":\"{e % 50 + i}\""));
            string numbers = string.Join(',', Enumerable.Range(0, 6).Select(i => $"\"n{i}\":{e % 900}.{i}"));
            string json = $$"""{"_id":"{{e}}","eventType":"view","timestamp":"2022-01-0{{1 + e % 9}}T10:00:00Z","_luma":{"userid":"v{{e % 500}}"},"a":{ {{texts}} },{{numbers}}}""";
            batches[^1].Add(e, DatasetWorld.NowMs * 2, [], Encoding.UTF8.GetBytes(json));
        }

        return (plan, batches);
    }
}
