using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Learn;

/// <summary>
/// The model version that scores now. One writer (the tail of the models topic), any number of readers; a version never
/// goes back, and one that does not fit the topology's inputs is refused.
/// </summary>
public sealed class ModelRegister(string topology, string model, FeatureSchema schema, double baseRate)
{
    private LinearModel current = LinearModel.OfBaseRate(baseRate, schema.InputCount);
    private long refused;

    public LinearModel Current => Volatile.Read(ref current);

    /// <summary>Documents that named other inputs than this topology has.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>True if the document became the current version.</summary>
    public bool Offer(ModelDocument document)
    {
        if (document.Topology != topology || document.Model != model || document.Version <= Current.Version)
        {
            return false;
        }

        if (!document.Inputs.AsSpan().SequenceEqual(schema.InputNames.AsSpan()) || document.Weights.Length != schema.InputCount)
        {
            Interlocked.Increment(ref refused);
            return false;
        }

        Volatile.Write(ref current, new LinearModel(document.Version, document.Bias, document.Weights));
        return true;
    }
}
