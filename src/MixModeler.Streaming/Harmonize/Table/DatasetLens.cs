using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>One dataset as a query sees it: where its metrics stand, and which of them preferences drop in which part.</summary>
internal sealed class DatasetLens
{
    private readonly ShownDataset dataset;
    private readonly ImmutableArray<string> metrics;
    private readonly Conflicts conflicts;
    private readonly int channel;
    private readonly int conversionType;
    private readonly bool[] keepsAll;
    private readonly Dictionary<(int Channel, int Type), bool[]>? judged;

    public DatasetLens(ShownDataset dataset, ImmutableArray<string> metrics, Conflicts conflicts)
    {
        this.dataset = dataset;
        this.metrics = metrics;
        this.conflicts = conflicts;
        Metrics = [.. metrics.Select(dataset.MetricOf)];
        Rules = [.. Metrics.Select(metric => metric < 0 ? MetricRule.Sum : dataset.Rows.Plan.Metrics[metric].Aggregate)];
        keepsAll = [.. Metrics.Select(metric => metric >= 0)];
        channel = dataset.DimensionOf(Conflicts.Channel);
        conversionType = dataset.DimensionOf(Conflicts.ConversionType);
        // Factors are never in conflict.
        judged = dataset.IsFactors || metrics.All(conflicts.IsFree) ? null : [];
    }

    /// <summary>For each metric of the query its place in the dataset; -1 where it maps none.</summary>
    public int[] Metrics { get; }

    public MetricRule[] Rules { get; }

    /// <summary>For each metric of the query whether a value of this part would count.</summary>
    public bool[] Keeps(int slot)
    {
        if (judged is null)
        {
            return keepsAll;
        }

        DatasetRows rows = dataset.Rows;
        (int Channel, int Type) place = (channel < 0 ? 0 : rows.Symbol(slot, channel), conversionType < 0 ? 0 : rows.Symbol(slot, conversionType));
        if (!judged.TryGetValue(place, out bool[]? keeps))
        {
            string? channelText = channel < 0 ? null : rows.Text(slot, channel);
            string? typeText = conversionType < 0 ? null : rows.Text(slot, conversionType);
            keeps = new bool[metrics.Length];
            for (int m = 0; m < keeps.Length; m++)
            {
                keeps[m] = Metrics[m] >= 0 && conflicts.Counts(dataset.Plan.IsEvent, metrics[m], channelText, typeText);
            }

            judged.Add(place, keeps);
        }

        return keeps;
    }

    /// <summary>The part has a value that counts; always so if the query asks for no metric.</summary>
    public bool HasAny(int slot, bool[] keeps)
    {
        for (int m = 0; m < keeps.Length; m++)
        {
            if (keeps[m] && dataset.Rows.Cell(slot, Metrics[m]).Count > 0)
            {
                return true;
            }
        }

        return keeps.Length == 0;
    }
}
