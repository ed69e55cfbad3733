using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Deliver;

/// <summary>
/// How rows of the versions of a topology stand in the layout of one of them: partitions switch at moments of their own, and a topic
/// that is read from its beginning holds rows of every version that ever ran. Owned by one thread at a time.
/// </summary>
/// <param name="into">The version whose layout rows are brought into.</param>
/// <param name="planOf">Finds a version by its name; null where it is not known.</param>
internal sealed class RowLayouts(TopologyPlan into, Func<string, TopologyPlan?> planOf)
{
    private readonly List<(byte[] Version, RowLayout Layout)> known = [(Encoding.UTF8.GetBytes(into.Version), new RowLayout(into.Schema, null))];

    /// <summary>What rows and models of a version mean, in a word.</summary>
    public static string NameOf(TopologyPlan plan)
    {
        ImmutableArray<KnownFeature> features = LearnedShape.FeaturesOf(plan);
        string[] parts = [plan.Model?.Name ?? "", LabelId.Text(LabelId.Of(plan)), .. features.Select(feature => Hex(feature.Identity))];
        return Hex(OperatorIdentity.Of(parts));
    }

    /// <summary>Null for a version that nobody knows.</summary>
    public RowLayout? Find(ReadOnlySpan<byte> version)
    {
        foreach ((byte[] name, RowLayout layout) in known)
        {
            if (version.SequenceEqual(name))
            {
                return layout;
            }
        }

        if (planOf(Encoding.UTF8.GetString(version)) is not { } plan)
        {
            return null;
        }

        RowLayout found = new(plan.Schema, StateMapping.Between(plan, into));
        known.Add((version.ToArray(), found));
        return found;
    }

    private static string Hex(ulong identity) => identity.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>One version's rows.</summary>
/// <param name="Schema">As they were written.</param>
/// <param name="Mapping">Into the layout that is wanted; null where it is that already.</param>
internal sealed record RowLayout(FeatureSchema Schema, StateMapping? Mapping);
