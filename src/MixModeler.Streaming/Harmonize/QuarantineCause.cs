namespace MixModeler.Streaming.Harmonize;

/// <summary>What a record was set aside for, so that others can be grouped with it.</summary>
/// <param name="Field">The harmonized dimension, or the metric whose unit seems another.</param>
/// <param name="Path">Where the value stands in the record; empty where a constant gave it.</param>
/// <param name="Value">The unknown value, or the ratio as an invariant number.</param>
internal sealed record QuarantineCause(string Field, string Path, string Value);
