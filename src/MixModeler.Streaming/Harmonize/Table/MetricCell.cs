using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize.Table;

/// <summary>
/// What a part has of one metric, of which only its aggregate's side is kept: 32 bytes where a <see cref="MetricPart"/> has 112.
/// <see cref="Count"/> 0 is Null.
/// </summary>
internal readonly record struct MetricCell(long Count, ExactAmount Amount)
{
    public static MetricCell Of(MetricRule rule, in MetricPart part) => new(part.Count, rule switch
    {
        MetricRule.Min => part.Min,
        MetricRule.Max => part.Max,
        MetricRule.Last => part.Last,
        MetricRule.Count => default,
        _ => part.Sum,
    });
}

/// <summary>Cells of one dataset put together; the order of adding does not show.</summary>
internal struct MetricTally
{
    private ValueMoment at;

    public long Count { get; private set; }

    public ExactAmount Amount { get; private set; }

    /// <summary>Of the latest value, where the dataset keeps moments.</summary>
    public readonly ValueMoment At => at;

    public void Add(MetricRule rule, in MetricCell cell, in ValueMoment moment)
    {
        bool isLater = Count == 0 || moment.CompareTo(at) > 0;
        ExactAmount last = isLater ? cell.Amount : Amount;
        Add(rule, cell);
        Amount = rule == MetricRule.Last ? last : Amount;
        at = isLater ? moment : at;
    }

    /// <summary>Of a dataset that keeps no moments: comparing them would take longer than adding.</summary>
    public void Add(MetricRule rule, in MetricCell cell)
    {
        if (Count == 0)
        {
            Amount = cell.Amount;
        }
        else if (rule is MetricRule.Min or MetricRule.Max)
        {
            bool isSmaller = cell.Amount.CompareTo(Amount) < 0;
            Amount = isSmaller == (rule == MetricRule.Min) ? cell.Amount : Amount;
        }
        else
        {
            Amount += cell.Amount;
        }

        Count = checked(Count + cell.Count);
    }

    public readonly MetricValue Read(MetricRule rule) => Count == 0 ? default : rule switch
    {
        MetricRule.Count => MetricValue.Of(ExactAmount.Of(Count)),
        MetricRule.Avg => MetricValue.Average(Amount, Count),
        _ => MetricValue.Of(Amount),
    };
}
