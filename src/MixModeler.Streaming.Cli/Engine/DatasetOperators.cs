using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Cli.Engine;

/// <summary>Datasets in the terms of operators, so that `topology top` shows them beside the others.</summary>
internal static class DatasetOperators
{
    public static IEnumerable<OperatorCounts> Of(IEnumerable<DatasetReport> datasets, IEnumerable<OperatorCounts> known)
    {
        HashSet<string> taken = [.. known.Select(each => each.Name)];
        return datasets.GroupBy(dataset => dataset.Name, StringComparer.Ordinal).Select(versions =>
        {
            // A version that is made anew reads the same records a second time.
            DatasetReport shown = versions.FirstOrDefault(each => each.Status != "replaying") ?? versions.First();
            return new OperatorCounts(
                taken.Contains(shown.Name) ? $"dataset {shown.Name}" : shown.Name,
                "dataset",
                shown.Records,
                shown.Accepted,
                shown.Refused.Values.Sum() + shown.Quarantined.Values.Sum(),
                0,
                versions.Sum(each => each.Keys),
                versions.Sum(each => each.Bytes));
        });
    }
}
