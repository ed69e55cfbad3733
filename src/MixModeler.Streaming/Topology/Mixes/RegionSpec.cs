namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>
/// Regions below the whole: each has a level, effects and factors of its own, spread around common ones. What is believed of the
/// channels' effects is about the common ones.
/// </summary>
/// <param name="Column">Names the region of a row.</param>
/// <param name="Population">Column of its size, by which outcome and media are made comparable; null where all are of one size.</param>
/// <param name="Level">Of the standard deviation of levels, in scaled units of the outcome.</param>
/// <param name="Effect">Of the standard deviation of a channel's effects, as a share of the common one.</param>
/// <param name="Control">Of the standard deviation of the factors' coefficients, in scaled units of the outcome.</param>
public sealed record RegionSpec(string Column, string? Population, Prior Level, Prior Effect, Prior Control)
{
    /// <summary>The regions with their shares of the whole, in the order of their numbers; read with the data.</summary>
    public IReadOnlyList<RegionShare> Members { get; init; } = [];
}
