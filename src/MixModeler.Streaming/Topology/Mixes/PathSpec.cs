namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>
/// An effect that changes with time: the channel's effect in a period is its own times 1 + a path that walks from knot to knot by normal steps, in
/// between along a straight line. It starts at the channel's own effect and stands once the horizon is reached.
/// </summary>
/// <param name="Every">Periods between knots.</param>
/// <param name="Horizon">Periods up to which it walks.</param>
/// <param name="Step">Of the standard deviation of one step, as a share of the effect.</param>
public sealed record PathSpec(int Every, int Horizon, Prior Step)
{
    /// <summary>Steps that it can take.</summary>
    public int Steps => (Horizon + Every - 1) / Every;
}
