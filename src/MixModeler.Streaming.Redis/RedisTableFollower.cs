using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Harmonize.Follow;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Redis;

/// <summary>
/// The harmonized table of a topology as the tasks of all engines keep it in Redis: each look reads what was committed since the last.
/// Reads only, takes no epoch, disturbs no task. One look at a time; the table may be queried by anybody meanwhile.
/// </summary>
public sealed class RedisTableFollower
{
    private readonly DatasetCatalog catalog;
    private readonly Dictionary<(string Dataset, string Identity), FollowedVersion> followed = [];
    private readonly Dictionary<string, string> showing = new(StringComparer.Ordinal);
    private HarmonizePlan? used;

    public RedisTableFollower(DatasetCatalog catalog) => this.catalog = catalog;

    public HarmonizedTable Table { get; } = new();

    /// <summary>What the catalog said at the last look.</summary>
    public CatalogState Catalog { get; private set; } = new();

    private sealed record FollowedVersion(DatasetPlan Plan, PartitionFollower[] Partitions)
    {
        public PartitionFollower[] Partitions { get; set; } = Partitions;
    }

    /// <summary>How far each partition of a version is in the table; empty for one that is not followed.</summary>
    public IReadOnlyList<(long NextOffset, DatasetProgress? Progress)> ProgressOf(string dataset, string identity) =>
        followed.TryGetValue((dataset, identity), out FollowedVersion? version)
            ? [.. version.Partitions.Select(each => (each.NextOffset, each.Progress))]
            : [];

    /// <summary>Brings the table up to what is committed now.</summary>
    /// <param name="plan">What the topology says now.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>; the table stays as of an earlier look.</exception>
    public async Task LookAsync(HarmonizePlan plan, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Catalog = await catalog.ReadAsync(stop).ConfigureAwait(false);
        if (!ReferenceEquals(used, plan))
        {
            Table.Use(plan);
            used = plan;
        }

        HashSet<(string, string)> current = [];
        foreach (DatasetPlan dataset in plan.Datasets)
        {
            DatasetVersion? shown = Catalog.Active.GetValueOrDefault(dataset.Name);
            await FollowAsync(dataset, Catalog.Lane(dataset.Name, dataset.Identity)?.Ends.Length ?? 0, stop).ConfigureAwait(false);
            current.Add((dataset.Name, dataset.Identity));
            if (shown is not null && shown.Plan.Identity != dataset.Identity)
            {
                current.Add((dataset.Name, shown.Plan.Identity));
                Table.Open(shown.Plan);
                int partitions = Catalog.Lane(dataset.Name, shown.Plan.Identity)?.Ends.Length ?? shown.Partitions;
                await FollowAsync(shown.Plan, partitions, stop).ConfigureAwait(false);
            }

            Show(dataset.Name, shown?.Plan.Identity ?? dataset.Identity);
        }

        foreach ((string Dataset, string Identity) gone in followed.Keys.Where(each => !current.Contains(each)).ToArray())
        {
            followed.Remove(gone);
            if (showing.GetValueOrDefault(gone.Dataset) == gone.Identity)
            {
                showing.Remove(gone.Dataset);
            }

            if (plan.Datasets.Any(dataset => dataset.Name == gone.Dataset))
            {
                Table.Drop(gone.Dataset, gone.Identity);
            }
        }
    }

    private void Show(string dataset, string identity)
    {
        if (showing.GetValueOrDefault(dataset) != identity)
        {
            Table.Show(dataset, identity);
            showing[dataset] = identity;
        }
    }

    private async Task FollowAsync(DatasetPlan plan, int partitions, CancellationToken stop)
    {
        (string, string) key = (plan.Name, plan.Identity);
        if (!followed.TryGetValue(key, out FollowedVersion? version) || version.Partitions.Length < partitions)
        {
            version = followed[key] = new FollowedVersion(plan, Followers(plan, partitions));
        }

        bool isWhole = true;
        foreach (PartitionFollower partition in version.Partitions)
        {
            isWhole &= await partition.FollowAsync(stop).ConfigureAwait(false);
        }

        if (!isWhole)
        {
            // The store came back from the past, or the version was made anew.
            Table.Drop(plan.Name, plan.Identity);
            Table.Open(plan);
            showing.Remove(plan.Name);
            version.Partitions = Followers(plan, partitions);
            foreach (PartitionFollower partition in version.Partitions)
            {
                await partition.FollowAsync(stop).ConfigureAwait(false);
            }
        }
    }

    private PartitionFollower[] Followers(DatasetPlan plan, int partitions) =>
    [
        .. Enumerable.Range(0, partitions).Select(partition => new PartitionFollower(
            catalog.Open(plan.Name, plan.Identity, partition), plan, partition, Table)),
    ];
}
