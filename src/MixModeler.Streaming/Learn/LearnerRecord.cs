using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

/// <summary>The learner as it is stored, for whoever audits it from outside.</summary>
public static class LearnerRecord
{
    /// <summary>The one key of a learner task in its state store.</summary>
    public static ReadOnlySpan<byte> Key => "learner"u8;

    /// <summary>
    /// The record of a learner that read this log from its first record in one go: what every disturbed learner over the same
    /// log must equal to the last bit.
    /// </summary>
    /// <param name="plan">A topology with a model.</param>
    /// <param name="log">Values of the training topic's records, in offset order.</param>
    public static byte[] Undisturbed(TopologyPlan plan, IEnumerable<ReadOnlyMemory<byte>> log)
    {
        LearnerState state = new(plan);
        foreach (ReadOnlyMemory<byte> record in log)
        {
            state.Apply(record.Span, out _);
        }

        PackedWriter writer = new();
        state.Save(writer);
        return writer.Written.ToArray();
    }

    /// <summary>Weights, rates and scaling alone, out of a record.</summary>
    public static byte[] LearnerBytes(ReadOnlySpan<byte> record)
    {
        PackedReader packed = LearnerState.Open(record, out _, out bool countsLabels);
        for (int i = 0; i < (countsLabels ? 6 : 5); i++)
        {
            packed.VarUInt();
        }

        int origins = packed.Count(3);
        for (int i = 0; i < 3 * origins; i++)
        {
            packed.VarUInt();
        }

        return packed.Bytes().ToArray();
    }
}
