using System.Collections.Immutable;
using System.Globalization;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Explain;

/// <summary>A change of one mapping that makes quarantined records good.</summary>
public sealed record MappingChange
{
    // More is no slip of a unit.
    private const int PowerMax = 9;

    public required string Dataset { get; init; }

    /// <summary>The harmonized field whose mapping it is.</summary>
    public required string Field { get; init; }

    /// <summary>What it does, as a sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The whole mapping with the change, on one line, as a topology file writes it.</summary>
    public required string Mapping { get; init; }

    /// <summary>A case that is put before the others; null where the change is another one.</summary>
    public string? Case { get; init; }

    /// <summary>A value that is added to `known`; null where the change is another one.</summary>
    public string? Known { get; init; }

    /// <summary>To be pasted by hand.</summary>
    public string Block => $"datasets:\n  {Dataset}:\n    map:\n      {Field}: {Mapping}\n";

    /// <summary>Whether the dataset takes by now what the group was set aside for, as far as values and scales alone tell.</summary>
    public static bool IsCovered(DatasetPlan dataset, QuarantineGroup group)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(group);
        if (group.IsDrift)
        {
            // The ratio was reckoned with scales that are unknown by now; only a check that is gone is sure.
            return !dataset.Units.Any(unit => unit.Metric == group.Field);
        }

        DimensionMapping? mapping = dataset.Dimensions.FirstOrDefault(dimension => dimension.Field == group.Field);
        return mapping is null || mapping.Known.IsEmpty || mapping.Known.Contains(group.Value)
            || mapping.Cases.Any(one => one.Conditions is [{ Operator: ConditionOperator.Equals } only]
                && only.Path == group.Path && only.Values.Contains(group.Value));
    }

    /// <summary>What helps against the group; null, with why, where nothing can be suggested.</summary>
    public static MappingChange? Suggest(DatasetPlan dataset, QuarantineGroup group, out string whyNot)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(group);
        whyNot = "";
        if (IsCovered(dataset, group))
        {
            whyNot = "the topology takes it already";
            return null;
        }

        return group.IsDrift ? Rescale(dataset, group, out whyNot) : Name(dataset, group);
    }

    private static MappingChange Name(DatasetPlan dataset, QuarantineGroup group)
    {
        DimensionMapping mapping = dataset.Dimensions.First(dimension => dimension.Field == group.Field);
        string? nearest = group.Path.Length == 0 ? null : NearestName.Of(group.Value, mapping.Known);
        if (nearest is null)
        {
            return new MappingChange
            {
                Dataset = dataset.Name,
                Field = group.Field,
                Sentence = $"'{group.Value}' is near to no known value of '{group.Field}': it becomes one",
                Mapping = MappingText.Of(mapping with { Known = mapping.Known.Add(group.Value) }),
                Known = MappingText.Scalar(group.Value),
            };
        }

        MappingCondition isIt = new(group.Path, ConditionOperator.Equals, [group.Value]);
        MappingCase added = new(IsAll: false, [isIt], new MappingValue(IsField: false, nearest));
        return new MappingChange
        {
            Dataset = dataset.Name,
            Field = group.Field,
            Sentence = $"'{group.Value}' at {group.Path} becomes '{nearest}', the nearest known value of '{group.Field}'",
            // First: a case that takes over whatever the record says may stand before.
            Mapping = MappingText.Of(mapping with { Cases = mapping.Cases.Insert(0, added) }),
            Case = MappingText.Of(added),
        };
    }

    private static MappingChange? Rescale(DatasetPlan dataset, QuarantineGroup group, out string whyNot)
    {
        MetricMapping? mapping = dataset.Metrics.FirstOrDefault(metric => metric.Field == group.Field);
        UnitCheck unit = dataset.Units.First(each => each.Metric == group.Field);
        if (mapping is null || group.MedianRatio is not { } ratio || PowerInto(unit, ratio) is not { } power)
        {
            whyNot = string.Create(
                CultureInfo.InvariantCulture, $"no power of ten brings {group.MedianRatio:R} {group.Field} for each {unit.Per} between {unit.From:R} and {unit.To:R}");
            return null;
        }

        DateOnly? from = group.FirstDate;
        decimal before = mapping.Scales.LastOrDefault(scale => scale.From is null || from is null || scale.From <= from)?.By ?? 1;
        decimal by = before * (decimal)Math.Pow(10, power);
        ImmutableArray<MetricScale> scales =
        [
            .. mapping.Scales.Where(scale => scale.From != from).Append(new MetricScale(by, from)).OrderBy(scale => scale.From ?? default),
        ];
        whyNot = "";
        return new MappingChange
        {
            Dataset = dataset.Name,
            Field = group.Field,
            Sentence = string.Create(
                CultureInfo.InvariantCulture,
                $"{ratio:R} {group.Field} for each {unit.Per} is outside {unit.From:R} to {unit.To:R}: times 1e{power}{(from is null ? "" : $" from {from:yyyy-MM-dd} on")}"),
            Mapping = MappingText.Of(mapping with { Scales = scales }),
        };
    }

    // The smallest step that helps.
    private static int? PowerInto(UnitCheck unit, double ratio)
    {
        for (int size = 1; size <= PowerMax; size++)
        {
            foreach (int power in (ReadOnlySpan<int>)[-size, size])
            {
                double scaled = ratio * Math.Pow(10, power);
                if (scaled >= unit.From && scaled <= unit.To)
                {
                    return power;
                }
            }
        }

        return null;
    }
}
