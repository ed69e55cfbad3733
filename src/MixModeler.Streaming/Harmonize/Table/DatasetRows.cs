using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>Which part: the partition that made it, and the hash of its row key or cell.</summary>
internal readonly record struct PartKey(int Partition, Hash128 Key);

/// <summary>Where a part comes from.</summary>
internal readonly record struct PartOrigin(int Partition, Hash128 Key, long Records, RecordOrigin First, RecordOrigin Last, long UpdatedMs);

/// <summary>
/// The parts of one version of a dataset, column by column, in slots that are used again. Not thread-safe: the table's lock guards it.
/// </summary>
internal sealed class DatasetRows
{
    private const int SlotsAtStart = 16;
    private const int Unused = -1;

    private readonly Dictionary<PartKey, int> slots = [];
    private readonly Stack<int> free = [];
    private readonly MetricRule[] rules;
    private int[] days = new int[SlotsAtStart];
    private int[] symbols;
    private MetricCell[] cells;
    private ValueMoment[] moments;
    private PartOrigin[] origins = new PartOrigin[SlotsAtStart];

    public DatasetRows(DatasetPlan plan)
    {
        Plan = plan;
        rules = [.. plan.Metrics.Select(metric => metric.Aggregate)];
        Dimensions = [.. plan.Dimensions.Select(_ => new SymbolColumn())];
        // Only the latest of several values, in a dataset or between datasets of factors, asks when a value was.
        KeepsMoments = plan.Category == DatasetCategory.Factors || rules.Contains(MetricRule.Last);
        symbols = new int[SlotsAtStart * Dimensions.Length];
        cells = new MetricCell[SlotsAtStart * rules.Length];
        moments = new ValueMoment[KeepsMoments ? cells.Length : 0];
    }

    /// <summary>With which it was opened: the order of dimensions and metrics in its parts.</summary>
    public DatasetPlan Plan { get; }

    public SymbolColumn[] Dimensions { get; }

    public bool KeepsMoments { get; }

    public int Count => slots.Count;

    /// <summary>Slots in use and free ones between them.</summary>
    public int Slots { get; private set; }

    /// <summary>False if that changed nothing.</summary>
    public bool Set(PartKey key, TablePart? part)
    {
        bool known = slots.TryGetValue(key, out int slot);
        if (part is null)
        {
            return known && Remove(key, slot);
        }

        if (part.Dimensions.Length != Dimensions.Length || part.Metrics.Length != rules.Length)
        {
            throw new ArgumentException($"a part of dataset '{Plan.Name}' has {Dimensions.Length} dimensions and {rules.Length} metrics", nameof(part));
        }

        if (known)
        {
            ReleaseSymbols(slot);
        }
        else if (!free.TryPop(out slot))
        {
            slot = Slots++;
            Grow();
        }

        slots[key] = slot;
        Write(slot, key, part);
        return true;
    }

    public bool IsUsed(int slot) => days[slot] != Unused;

    public int Day(int slot) => days[slot];

    public int Symbol(int slot, int dimension) => symbols[slot * Dimensions.Length + dimension];

    public string? Text(int slot, int dimension) => Dimensions[dimension][Symbol(slot, dimension)];

    public ref readonly MetricCell Cell(int slot, int metric) => ref cells[slot * rules.Length + metric];

    /// <summary>The default where the dataset's numbers do not ask for it.</summary>
    public ValueMoment Moment(int slot, int metric) => KeepsMoments ? moments[slot * rules.Length + metric] : default;

    public ref readonly PartOrigin Origin(int slot) => ref origins[slot];

    private bool Remove(PartKey key, int slot)
    {
        ReleaseSymbols(slot);
        slots.Remove(key);
        days[slot] = Unused;
        free.Push(slot);
        return true;
    }

    private void Write(int slot, PartKey key, TablePart part)
    {
        days[slot] = part.Date.DayNumber;
        origins[slot] = new(key.Partition, key.Key, part.Records, part.First, part.Last, part.UpdatedMs);
        for (int d = 0; d < Dimensions.Length; d++)
        {
            symbols[slot * Dimensions.Length + d] = Dimensions[d].Take(part.Dimensions[d]);
        }

        for (int m = 0; m < rules.Length; m++)
        {
            cells[slot * rules.Length + m] = MetricCell.Of(rules[m], part.Metrics[m]);
            if (KeepsMoments)
            {
                moments[slot * rules.Length + m] = part.Metrics[m].LastAt;
            }
        }
    }

    private void ReleaseSymbols(int slot)
    {
        for (int d = 0; d < Dimensions.Length; d++)
        {
            Dimensions[d].Release(Symbol(slot, d));
        }
    }

    private void Grow()
    {
        if (Slots <= days.Length)
        {
            return;
        }

        int size = days.Length * 2;
        Array.Resize(ref days, size);
        Array.Resize(ref origins, size);
        Array.Resize(ref symbols, size * Dimensions.Length);
        Array.Resize(ref cells, size * rules.Length);
        Array.Resize(ref moments, KeepsMoments ? size * rules.Length : 0);
    }
}
