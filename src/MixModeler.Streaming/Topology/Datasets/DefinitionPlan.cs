using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>Which rows of the table a definition means.</summary>
/// <param name="Field">A harmonized dimension.</param>
/// <param name="Operator">The question.</param>
/// <param name="Values">What it is compared with.</param>
public sealed record FieldPredicate(string Field, ConditionOperator Operator, ImmutableArray<string> Values);

/// <summary>A marketing touchpoint.</summary>
/// <param name="Name">For people and models.</param>
/// <param name="Rule">All must hold.</param>
/// <param name="Volume">The metric that counts contacts.</param>
/// <param name="Spend">The metric that tells their cost; null where they cost nothing.</param>
public sealed record TouchpointPlan(string Name, ImmutableArray<FieldPredicate> Rule, string Volume, string? Spend);

/// <summary>A conversion.</summary>
/// <param name="Name">For people and models.</param>
/// <param name="Rule">All must hold.</param>
/// <param name="Metric">What is counted.</param>
/// <param name="Revenue">What it was worth; null where nothing tells.</param>
public sealed record ConversionPlan(string Name, ImmutableArray<FieldPredicate> Rule, string Metric, string? Revenue);
