using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>What a window makes of the values of its records.</summary>
public enum AggregateFunction
{
    Count,
    Sum,
    Min,
    Max,
    Avg,
    Last,
    Distinct,
}

/// <summary>One aggregate of a window.</summary>
/// <param name="Name">Of the field.</param>
/// <param name="Function">What it is.</param>
/// <param name="Of">Of what; null for a count.</param>
/// <param name="Type">Of the result.</param>
internal sealed record AggregateSettings(string Name, AggregateFunction Function, CelProgram? Of, CelType Type);
