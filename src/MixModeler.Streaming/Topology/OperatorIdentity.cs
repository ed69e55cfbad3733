using System.Globalization;
using System.Text;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// What makes an operator's state the state of <i>this</i> operator: a hash of everything that decides what it holds, not of its
/// name or its place in the file. Two versions of a topology keep the state of the operators whose identities are equal.
/// </summary>
public static class OperatorIdentity
{
    /// <summary>A feature: kind, what it matches, half-life, and all that stands before it.</summary>
    public static ulong OfFeature(TopologyPlan plan, int feature)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Feature declared = plan.Schema.Features[feature];
        FeatureMatch match = plan.Matches[feature];
        return Of("feature", Upstream(plan), declared.Kind.ToString(), match.Path, match.Value, match.AmountPath ?? "",
            declared.HalfLifeMs.ToString("R", CultureInfo.InvariantCulture));
    }

    /// <summary>The decisions that wait for their label; zero without a model.</summary>
    public static ulong OfLabels(TopologyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Model is not { } model
            ? 0
            : Of("labels", Upstream(plan), model.LabelEvent, model.LabelWithin.Ticks.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A hash of texts that cannot be confused with one of other texts.</summary>
    public static ulong Of(params ReadOnlySpan<string> parts)
    {
        StringBuilder text = new();
        foreach (string part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part}");
        }

        return Wire.Hash128.Of(Encoding.UTF8.GetBytes(text.ToString())).Low;
    }

    // Whoever names visitors otherwise, or changes events before they are featurized, changes what every feature means.
    private static string Upstream(TopologyPlan plan) => string.Join('\n', plan.Source.IdentityPaths.Append(plan.FrontIdentity));
}
