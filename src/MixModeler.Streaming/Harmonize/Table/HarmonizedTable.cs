using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>
/// The harmonized table in memory: the parts of every version of every dataset, and which version is shown. What depends on the
/// plan alone (preferences, formulas, definitions, start of week, draft or not) is resolved when it is read.
/// </summary>
/// <remarks>
/// Any thread may write and any may read. A reader sees the table between two writes, never in the middle of one: a lock for many
/// readers or one writer holds, since a query takes milliseconds and a copy of the parts for each reader would cost more.
/// </remarks>
public sealed class HarmonizedTable
{
    private readonly ReaderWriterLockSlim gate = new(LockRecursionPolicy.NoRecursion);
    private readonly Dictionary<string, DatasetVersions> datasets = new(StringComparer.Ordinal);
    private HarmonizePlan plan = HarmonizePlan.Empty;
    private long changes;

    /// <summary>Counts everything that can change an answer; an ETag for queries over several datasets.</summary>
    public long Changes => Volatile.Read(ref changes);

    /// <summary>What it reads by.</summary>
    public HarmonizePlan Plan => Volatile.Read(ref plan);

    /// <summary>
    /// Reads by another plan from now on. Datasets that it does not have are gone. Of a dataset whose identity is another, the
    /// version shown so far stays until <see cref="Show"/>; of a new one the plan's version is shown.
    /// </summary>
    public void Use(HarmonizePlan next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Write(() =>
        {
            foreach (string name in datasets.Keys.Except(next.Datasets.Select(dataset => dataset.Name)).ToArray())
            {
                datasets.Remove(name);
            }

            foreach (DatasetPlan dataset in next.Datasets)
            {
                VersionsOf(dataset.Name).Open(dataset);
            }

            Volatile.Write(ref plan, next);
        });
    }

    /// <summary>Makes room for another version of a dataset, e.g. one that is made anew beside the one that is shown.</summary>
    public void Open(DatasetPlan dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        Write(() => VersionsOf(dataset.Name).Open(dataset));
    }

    /// <summary>Shows this version of a dataset instead of the one so far, from one query to the next; the other one's parts are kept until dropped.</summary>
    public void Show(string dataset, string identity) => Write(() => VersionsOf(dataset).Show(identity));

    /// <summary>Sets a part of the version that is shown, or takes it away (null).</summary>
    public void Set(string dataset, int partition, Hash128 key, TablePart? part) => Write(() =>
    {
        DatasetVersions versions = VersionsOf(dataset);
        versions.Set(versions.Shown?.Plan.Identity ?? "", new PartKey(partition, key), part);
    });

    /// <summary>Sets all parts that a commit changed; no reader sees some of them. Changes to a version that is gone are passed over.</summary>
    public void Set(string dataset, string identity, int partition, IReadOnlyList<(Hash128 Key, TablePart? Part)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Write(() =>
        {
            if (!datasets.TryGetValue(dataset, out DatasetVersions? versions) || !versions.Has(identity))
            {
                return;
            }

            foreach ((Hash128 key, TablePart? part) in parts)
            {
                versions.Set(identity, new PartKey(partition, key), part);
            }
        });
    }

    /// <summary>Forgets one version of a dataset, or all of them (null), as if none of it had ever been there.</summary>
    public void Drop(string dataset, string? identity = null) => Write(() =>
    {
        if (identity is null)
        {
            datasets.Remove(dataset);
        }
        else if (datasets.TryGetValue(dataset, out DatasetVersions? versions))
        {
            versions.Drop(identity);
        }
    });

    /// <summary>How often the version of this dataset that is shown has changed; 0 for one that is not there.</summary>
    public long ChangesOf(string dataset) => Read(_ => datasets.TryGetValue(dataset, out DatasetVersions? versions) ? versions.Changes : 0);

    /// <summary>How many parts the version of this dataset that is shown has.</summary>
    public int PartsOf(string dataset) => Read(_ => datasets.TryGetValue(dataset, out DatasetVersions? versions) ? versions.Shown?.Count ?? 0 : 0);

    /// <summary>Rows of the harmonized grid.</summary>
    public GridResult Grid(GridQuery query) => Read(view => GridReader.Answer(view, query));

    /// <summary>Values of factors over time.</summary>
    public FactorResult Factors(FactorQuery query) => Read(view => FactorReader.Answer(view, query));

    /// <summary>Volume and spend of touchpoints over time.</summary>
    public DefinitionResult Touchpoints(DefinitionQuery query) => Read(view => DefinitionReader.Touchpoints(view, query));

    /// <summary>Count and revenue of conversions over time.</summary>
    public DefinitionResult Conversions(DefinitionQuery query) => Read(view => DefinitionReader.Conversions(view, query));

    /// <summary>The parts that a number of the grid is made of.</summary>
    public LineageResult Lineage(LineageQuery query) => Read(view => LineageReader.Answer(view, query));

    /// <summary>What is missing, doubled or suspicious, dataset by dataset.</summary>
    /// <param name="counts">What the tasks counted, by dataset; one that is missing is judged by its parts alone.</param>
    public QualityReport Quality(IReadOnlyDictionary<string, QualityCounts> counts) => Read(view => QualityReader.Answer(view, counts));

    private DatasetVersions VersionsOf(string dataset)
    {
        if (!datasets.TryGetValue(dataset, out DatasetVersions? versions))
        {
            datasets.Add(dataset, versions = new DatasetVersions(dataset));
        }

        return versions;
    }

    private void Write(Action change)
    {
        gate.EnterWriteLock();
        try
        {
            change();
            Volatile.Write(ref changes, changes + 1);
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    private T Read<T>(Func<TableView, T> query)
    {
        gate.EnterReadLock();
        try
        {
            return query(TableView.Of(plan, datasets));
        }
        finally
        {
            gate.ExitReadLock();
        }
    }
}
