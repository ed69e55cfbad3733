using System.Globalization;
using System.Text;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Control;

/// <summary>What becomes of the records of each dataset, as Prometheus text.</summary>
internal static class DatasetMetrics
{
    public static void Append(StringBuilder text, DatasetReport[] datasets)
    {
        if (datasets.Length == 0)
        {
            return;
        }

        Each(text, "dataset_records_total", "counter", "Records read of a dataset.", datasets, each => each.Records);
        Each(text, "dataset_accepted_total", "counter", "Records that stand, or stood, in the harmonized table.", datasets, each => each.Accepted);
        Each(text, "dataset_replaced_total", "counter", "Rows that a later record took the place of.", datasets, each => each.Replaced);
        Each(text, "dataset_outdated_total", "counter", "Records that came after a newer one of their row.", datasets, each => each.Outdated);
        Each(text, "dataset_deleted_total", "counter", "Rows that were taken away.", datasets, each => each.Deleted);
        Each(text, "dataset_duplicates_total", "counter", "Records that told nothing new.", datasets, each => each.Duplicates);
        Reasons(text, "dataset_refused_total", "Dead letters of a dataset by reason.", datasets, each => each.Refused);
        Reasons(text, "dataset_quarantined_total", "Records of a dataset that were set aside, by reason.", datasets, each => each.Quarantined);
        Each(text, "dataset_lag_records", "gauge", "Records of a dataset that are not harmonized yet.", datasets, each => each.Lag);
        Each(text, "dataset_keys", "gauge", "Rows or cells that are kept, estimated.", datasets, each => each.Keys);
        Each(text, "dataset_watermark_seconds", "gauge", "The newest date of a record, seconds since 1970.", datasets, each => each.Watermark?.ToUnixTimeSeconds() ?? 0);
    }

    private static void Each(
        StringBuilder text, string name, string type, string help, DatasetReport[] datasets, Func<DatasetReport, long> value)
    {
        MetricsText.Head(text, name, type, help);
        foreach (DatasetReport each in datasets)
        {
            text.Append(CultureInfo.InvariantCulture, $"mixmodeler_{name}{{{Labels(each)}}} {value(each)}\n");
        }
    }

    private static void Reasons(
        StringBuilder text, string name, string help, DatasetReport[] datasets, Func<DatasetReport, SortedDictionary<string, long>> counts)
    {
        MetricsText.Head(text, name, "counter", help);
        foreach (DatasetReport each in datasets)
        {
            foreach ((string reason, long count) in counts(each))
            {
                text.Append(CultureInfo.InvariantCulture, $"mixmodeler_{name}{{{Labels(each)},reason=\"{reason}\"}} {count}\n");
            }
        }
    }

    private static string Labels(DatasetReport dataset) => $"dataset=\"{dataset.Name}\",identity=\"{dataset.Identity}\"";
}
