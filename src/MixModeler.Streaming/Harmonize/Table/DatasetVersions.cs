using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>The versions of one dataset, of which one is shown.</summary>
internal sealed class DatasetVersions(string name)
{
    private readonly Dictionary<string, DatasetRows> versions = new(StringComparer.Ordinal);

    /// <summary>Null before one is opened.</summary>
    public DatasetRows? Shown { get; private set; }

    public long Changes { get; private set; }

    public bool Has(string identity) => versions.ContainsKey(identity);

    public void Open(DatasetPlan plan)
    {
        if (versions.TryAdd(plan.Identity, new DatasetRows(plan)) && Shown is null)
        {
            Show(plan.Identity);
        }
    }

    public void Show(string identity)
    {
        Shown = Of(identity);
        Changes++;
    }

    public void Set(string identity, PartKey key, TablePart? part)
    {
        DatasetRows rows = Of(identity);
        if (rows.Set(key, part) && rows == Shown)
        {
            Changes++;
        }
    }

    public void Drop(string identity)
    {
        if (versions.Remove(identity, out DatasetRows? rows) && rows == Shown)
        {
            Shown = null;
            Changes++;
        }
    }

    private DatasetRows Of(string identity) => versions.TryGetValue(identity, out DatasetRows? rows)
        ? rows
        : throw new InvalidOperationException($"dataset '{name}' has no version '{identity}': it must be opened first");
}
