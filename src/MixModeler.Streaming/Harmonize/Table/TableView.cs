using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>What a query reads: valid only while the table's lock is held.</summary>
/// <param name="Plan">The plan in force.</param>
/// <param name="Datasets">The versions shown, in the plan's order.</param>
internal sealed record TableView(HarmonizePlan Plan, ImmutableArray<ShownDataset> Datasets)
{
    public static TableView Of(HarmonizePlan plan, IReadOnlyDictionary<string, DatasetVersions> datasets)
    {
        ImmutableArray<ShownDataset>.Builder shown = ImmutableArray.CreateBuilder<ShownDataset>();
        foreach (DatasetPlan dataset in plan.Datasets)
        {
            if (datasets.TryGetValue(dataset.Name, out DatasetVersions? versions) && versions.Shown is DatasetRows rows)
            {
                // A version that is still shown although the plan has another one is read as its own plan says.
                shown.Add(new ShownDataset(dataset.Identity == rows.Plan.Identity ? dataset : rows.Plan, rows, shown.Count, versions.Changes));
            }
        }

        return new TableView(plan, shown.ToImmutable());
    }

    /// <summary>Those that count for who does, or does not, ask for drafts.</summary>
    public ImmutableArray<ShownDataset> For(bool drafts) => drafts ? Datasets : [.. Datasets.Where(dataset => dataset.Plan.Status == DatasetStatus.Active)];
}

/// <summary>The version of a dataset that is shown.</summary>
/// <param name="Plan">How it is read.</param>
/// <param name="Rows">Its parts.</param>
/// <param name="Order">Its place among those of the plan.</param>
/// <param name="Changes">How often it changed.</param>
internal sealed record ShownDataset(DatasetPlan Plan, DatasetRows Rows, int Order, long Changes)
{
    public string Name => Plan.Name;

    public bool IsFactors => Plan.Category == DatasetCategory.Factors;

    /// <summary>Of the parts: events are kept by day, whatever grain they are shown at.</summary>
    public Grain OwnGrain => Plan.IsEvent ? Grain.Daily : Plan.Granularity;

    /// <summary>The grain at which a query for <paramref name="target"/> shows it: never finer than its own.</summary>
    public Grain GrainAt(Grain target) => target > Plan.Granularity ? target : Plan.Granularity;

    /// <summary>The date that a part of <paramref name="day"/> stands under: a row at or above the target grain keeps its own.</summary>
    public int StartAt(int day, Grain target)
    {
        Grain shown = GrainAt(target);
        return OwnGrain >= shown ? day : Periods.Start(day, shown, Plan.StartOfWeek);
    }

    /// <summary>Of a harmonized field among the dimensions of the parts; -1 where it maps none.</summary>
    public int DimensionOf(string field)
    {
        for (int d = 0; d < Rows.Plan.Dimensions.Length; d++)
        {
            if (Rows.Plan.Dimensions[d].Field == field)
            {
                return d;
            }
        }

        return -1;
    }

    /// <summary>Of a harmonized field among the metrics of the parts; -1 where it maps none.</summary>
    public int MetricOf(string field)
    {
        for (int m = 0; m < Rows.Plan.Metrics.Length; m++)
        {
            if (Rows.Plan.Metrics[m].Field == field)
            {
                return m;
            }
        }

        return -1;
    }
}
