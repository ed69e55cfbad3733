namespace MixModeler.Streaming.Plan.Solve;

/// <summary>When a search may stop. It looks at no clock, so the same problem has the same answer everywhere.</summary>
/// <param name="RelativeGap">The proven gap, as a share of the value, that is good enough.</param>
/// <param name="NodesMax">The most boxes; a search that ends by it reports the gap that is left.</param>
internal readonly record struct SearchEffort(double RelativeGap, int NodesMax)
{
    // Reference problems need a few dozen boxes; curves with noise in their points (single precision) some hundred.
    public static readonly SearchEffort Exact = new(1e-10, 20_000);

    // A box under constraints costs some linear programs.
    public static readonly SearchEffort Constrained = new(1e-8, 300);
}
