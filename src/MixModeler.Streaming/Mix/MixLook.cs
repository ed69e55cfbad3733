using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>What models are learned from, as it stands at one moment.</summary>
/// <param name="Table">The harmonized table.</param>
/// <param name="Plan">What the table is made of.</param>
/// <param name="ToldThrough">By dataset: the newest day that it told of; a time marker counts too. None where it told of nothing yet.</param>
/// <param name="Credits">By attribution.</param>
public sealed record MixLook(
    HarmonizedTable Table,
    HarmonizePlan Plan,
    IReadOnlyDictionary<string, DateOnly> ToldThrough,
    IReadOnlyDictionary<string, MixCredits> Credits)
{
    /// <summary>
    /// The last day of which a model has all: each dataset that it reads has told of a day that is later by so much as the model says. Credits
    /// hold nothing up: they come in with the periods that they are of, when they cannot change any more.
    /// </summary>
    /// <param name="mix">Whose columns decide what is read.</param>
    /// <param name="missing">What nothing is known of yet, in a sentence; then no day is closed.</param>
    public DateOnly? ClosedThrough(MixPlan mix, out string? missing)
    {
        ArgumentNullException.ThrowIfNull(mix);
        DateOnly closed = DateOnly.MaxValue;
        missing = null;
        foreach (DatasetPlan dataset in Plan.Datasets.Where(dataset => dataset.Status == DatasetStatus.Active && Reads(mix, dataset)))
        {
            if (!ToldThrough.TryGetValue(dataset.Name, out DateOnly told))
            {
                missing ??= $"the dataset '{dataset.Name}' has told of nothing yet";
                continue;
            }

            DateOnly last = told.AddDays(-1 - mix.ClosesAfterDays);
            closed = last < closed ? last : closed;
        }

        return missing is null && closed < DateOnly.MaxValue ? closed : null;
    }

    private bool Reads(MixPlan mix, DatasetPlan dataset) => mix.Columns.Any(column => column.Kind switch
    {
        MixColumnKind.Factor => dataset.Category == DatasetCategory.Factors,
        MixColumnKind.Field => dataset.Category != DatasetCategory.Factors
            && (IsDerived(column.Of) || dataset.Metrics.Any(metric => metric.Field == column.Of)),
        _ => false,
    });

    // What a derived field is made of may be anywhere.
    private bool IsDerived(string field) => Plan.Dictionary.Any(each => each.Name == field && each.Category == FieldCategory.Derived);
}
