using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>How journeys ended in one state.</summary>
internal struct StateCounts
{
    private long uses;

    public double Conversions { get; private set; }

    public double Value { get; private set; }

    public double Nulls { get; private set; }

    public void Add(double conversions, double value, double nulls, int sign)
    {
        uses += sign;
        if (uses == 0)
        {
            // Nothing is left, so nothing of the rounding of fractions may be.
            (Conversions, Value, Nulls) = (0, 0, 0);
            return;
        }

        Conversions += conversions;
        Value += value;
        Nulls += nulls;
    }

    /// <summary>Adds the counts of other journeys that ended here.</summary>
    public void Add(StateCounts other)
    {
        uses += other.uses;
        Conversions += other.Conversions;
        Value += other.Value;
        Nulls += other.Nulls;
    }

    public void Scale(double factor) => (Conversions, Value, Nulls) = (Conversions * factor, Value * factor, Nulls * factor);

    public readonly void Save(PackedWriter to)
    {
        to.VarInt(uses);
        to.Double(Conversions);
        to.Double(Value);
        to.Double(Nulls);
    }

    public static StateCounts Load(ref PackedReader from) => new()
    {
        uses = from.VarInt(),
        Conversions = from.Double(),
        Value = from.Double(),
        Nulls = from.Double(),
    };
}
