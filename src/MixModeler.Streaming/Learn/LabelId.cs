using System.Globalization;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// Which label a training example was settled for, short enough to stand on every example: the lower half of
/// <see cref="OperatorIdentity.OfLabels"/>. 0 = not said.
/// </summary>
public static class LabelId
{
    public const uint Unsaid = 0;

    public static uint Of(TopologyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Model is null ? Unsaid : Math.Max(1, (uint)OperatorIdentity.OfLabels(plan));
    }

    /// <summary>8 hex digits.</summary>
    public static string Text(uint id) => id.ToString("x8", CultureInfo.InvariantCulture);
}
