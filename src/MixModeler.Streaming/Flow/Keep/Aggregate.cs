using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>What one aggregate has of one pane or session.</summary>
internal struct Aggregate
{
    // Count, Avg: how many. Sum of ints: the sum. Last: the time of its value, ms since 1970, plus one; 0 = none yet.
    private long number;

    // Sum, Avg: the sum of doubles.
    private double sum;

    // Min, Max, Last.
    private CelValue value;
    private DistinctCount? distinct;

    /// <param name="settings">Says what this is.</param>
    /// <param name="added">The expression's value; not used by a count.</param>
    /// <param name="timeMs">Of the record.</param>
    public void Add(AggregateSettings settings, in CelValue added, long timeMs)
    {
        switch (settings.Function)
        {
            case AggregateFunction.Count:
                number++;
                break;
            case AggregateFunction.Sum when added.Kind == CelKind.Int:
                number = Saturated(number, added.AsInt);
                break;
            case AggregateFunction.Sum:
                sum += added.AsDouble;
                break;
            case AggregateFunction.Avg:
                number++;
                sum += added.Kind == CelKind.Int ? added.AsInt : added.AsDouble;
                break;
            case AggregateFunction.Min or AggregateFunction.Max:
                TakeExtreme(settings.Function, added);
                break;
            case AggregateFunction.Last when timeMs + 1 >= number:
                number = timeMs + 1;
                value = PackedValue.Kept(added);
                break;
            case AggregateFunction.Distinct:
                (distinct ??= new DistinctCount()).Add(ValueHash.Of(added).High);
                break;
        }
    }

    /// <summary>Adds what another one has, of records that came later.</summary>
    public void Merge(AggregateSettings settings, in Aggregate other)
    {
        switch (settings.Function)
        {
            case AggregateFunction.Count or AggregateFunction.Sum or AggregateFunction.Avg:
                number = Saturated(number, other.number);
                sum += other.sum;
                break;
            case AggregateFunction.Min or AggregateFunction.Max when other.value.Kind != CelKind.Absent:
                TakeExtreme(settings.Function, other.value);
                break;
            case AggregateFunction.Last when other.number >= number:
                number = other.number;
                value = other.value;
                break;
            case AggregateFunction.Distinct when other.distinct is not null:
                (distinct ??= new DistinctCount()).Merge(other.distinct);
                break;
        }
    }

    public readonly CelValue Result(AggregateSettings settings) => settings.Function switch
    {
        AggregateFunction.Count => CelValue.Of(number),
        AggregateFunction.Sum => settings.Type.Kind == CelKind.Int ? CelValue.Of(number) : CelValue.Of(sum),
        AggregateFunction.Avg => number == 0 ? CelValue.Absent : CelValue.Of(sum / number),
        AggregateFunction.Distinct => CelValue.Of(distinct?.Estimate() ?? 0),
        _ => value,
    };

    public readonly void Pack(AggregateSettings settings, PackedWriter writer)
    {
        switch (settings.Function)
        {
            case AggregateFunction.Sum when settings.Type.Kind != CelKind.Int:
                writer.Double(sum);
                break;
            case AggregateFunction.Count or AggregateFunction.Sum:
                writer.VarInt(number);
                break;
            case AggregateFunction.Avg:
                writer.VarInt(number);
                writer.Double(sum);
                break;
            case AggregateFunction.Last:
                writer.VarInt(number);
                PackedValue.Write(writer, value);
                break;
            case AggregateFunction.Distinct:
                (distinct ?? new DistinctCount()).Pack(writer);
                break;
            default:
                PackedValue.Write(writer, value);
                break;
        }
    }

    public static Aggregate Unpack(AggregateSettings settings, ref PackedReader reader)
    {
        Aggregate read = default;
        switch (settings.Function)
        {
            case AggregateFunction.Sum when settings.Type.Kind != CelKind.Int:
                read.sum = reader.Double();
                break;
            case AggregateFunction.Count or AggregateFunction.Sum:
                read.number = reader.VarInt();
                break;
            case AggregateFunction.Avg:
                read.number = reader.VarInt();
                read.sum = reader.Double();
                break;
            case AggregateFunction.Last:
                read.number = reader.VarInt();
                read.value = PackedValue.Read(ref reader);
                break;
            case AggregateFunction.Distinct:
                read.distinct = DistinctCount.Unpack(ref reader);
                break;
            default:
                read.value = PackedValue.Read(ref reader);
                break;
        }

        return read;
    }

    private void TakeExtreme(AggregateFunction function, in CelValue candidate)
    {
        int order = value.Kind == CelKind.Absent ? 0 : ValueOrder.Compare(candidate, value);
        if (value.Kind == CelKind.Absent || (function == AggregateFunction.Min ? order < 0 : order > 0))
        {
            value = PackedValue.Kept(candidate);
        }
    }

    private static long Saturated(long left, long right)
    {
        long result = unchecked(left + right);
        bool overflows = ((left ^ result) & (right ^ result)) < 0;
        return !overflows ? result : left < 0 ? long.MinValue : long.MaxValue;
    }
}
