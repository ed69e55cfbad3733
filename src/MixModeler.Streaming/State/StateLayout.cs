using System.Collections.Immutable;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.State;

/// <summary>
/// How visitor records are laid out under one version of a topology: which features and operators keep something, by which
/// definition, in which order. A record bears the id of its layout; the task record spells the layout out, so that state can
/// be read without the topology that wrote it.
/// </summary>
/// <remarks><code>features: count, (identity 8, kind 1)… | labels identity 8 | operators: count, identity 8…</code></remarks>
internal sealed class StateLayout
{
    private StateLayout(ImmutableArray<FeatureSlot> features, ulong labels, ImmutableArray<OperatorState> operators)
    {
        Features = features;
        Labels = labels;
        Operators = operators;
        PackedWriter writer = new();
        Pack(writer);
        Id = Crc32C.Of(writer.Written);
    }

    /// <summary>A feature's word in the row: what it is, and how it packs.</summary>
    public readonly record struct FeatureSlot(ulong Identity, FeatureKind Kind);

    public uint Id { get; }

    public ImmutableArray<FeatureSlot> Features { get; }

    /// <summary>Identity of the decisions that wait for their label; 0 = there are none.</summary>
    public ulong Labels { get; }

    public ImmutableArray<OperatorState> Operators { get; }

    public int RowWords => 1 + Features.Length;

    public static StateLayout Of(TopologyPlan plan, ImmutableArray<OperatorState> operators) => new(
        [.. plan.Schema.Features.Select((feature, i) => new FeatureSlot(OperatorIdentity.OfFeature(plan, i), feature.Kind))],
        OperatorIdentity.OfLabels(plan),
        operators);

    public void Pack(PackedWriter writer)
    {
        writer.VarUInt((ulong)Features.Length);
        foreach (FeatureSlot feature in Features)
        {
            writer.UInt64(feature.Identity);
            writer.Byte((byte)feature.Kind);
        }

        writer.UInt64(Labels);
        writer.VarUInt((ulong)Operators.Length);
        foreach (OperatorState kept in Operators)
        {
            writer.UInt64(kept.Identity);
        }
    }

    /// <summary>A layout that was spelled out. Its operators can only be passed over: nobody here knows what they keep.</summary>
    public static StateLayout Unpack(ref PackedReader reader)
    {
        FeatureSlot[] features = new FeatureSlot[reader.Count(9)];
        for (int i = 0; i < features.Length; i++)
        {
            features[i] = new FeatureSlot(reader.UInt64(), (FeatureKind)reader.Byte());
        }

        ulong labels = reader.UInt64();
        OperatorState[] operators = new OperatorState[reader.Count(8)];
        for (int i = 0; i < operators.Length; i++)
        {
            operators[i] = new OperatorState("", reader.UInt64(), static () => throw new InvalidOperationException("an operator of an older layout"));
        }

        return new StateLayout([.. features], labels, [.. operators]);
    }

    public OperatorMemory[] CreateOperators() => [.. Operators.Select(kept => kept.Create())];
}
