using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>What a harmonized dimension is of a record: the first case that holds, else the default.</summary>
/// <param name="Field">The harmonized field.</param>
/// <param name="Cases">Asked in order; none is `Map Into`.</param>
/// <param name="Otherwise">A field of the record or a constant.</param>
/// <param name="Known">The only values that may come out; empty allows all. Another one is quarantined.</param>
public sealed record DimensionMapping(string Field, ImmutableArray<MappingCase> Cases, MappingValue Otherwise, ImmutableArray<string> Known);

/// <summary>A case of a mapping.</summary>
/// <param name="IsAll">All conditions must hold, else any.</param>
/// <param name="Conditions">At least one.</param>
/// <param name="Then">What the dimension is then.</param>
public sealed record MappingCase(bool IsAll, ImmutableArray<MappingCondition> Conditions, MappingValue Then);

/// <summary>A question to a field of the record.</summary>
/// <param name="Path">Dotted path into the record.</param>
/// <param name="Operator">The question.</param>
/// <param name="Values">Any of them answers a positive question; a negative one asks that none does. Empty for Exists and NotExists.</param>
public sealed record MappingCondition(string Path, ConditionOperator Operator, ImmutableArray<string> Values);

public enum ConditionOperator
{
    Exists,
    NotExists,
    Contains,
    NotContains,
    Equals,
    NotEquals,
    StartsWith,
    EndsWith,
}

/// <summary>A path into the record (<paramref name="IsField"/>) or a constant.</summary>
public sealed record MappingValue(bool IsField, string Text);
