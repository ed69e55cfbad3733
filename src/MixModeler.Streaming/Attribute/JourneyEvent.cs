using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>A touch or a conversion as its newest version has it, or the memory of one that was removed.</summary>
/// <param name="Id">By which later versions find it.</param>
/// <param name="TimeMs">When it happened.</param>
/// <param name="Channel">Of a touch.</param>
/// <param name="Value">Of a conversion.</param>
/// <param name="Version">A higher one takes the place of a lower one, whichever comes first.</param>
/// <param name="IsRemoved">Kept, so that an older version that comes late does not bring it back.</param>
/// <param name="Note">What a conversion's score carries on, as <see cref="ConversionNote"/> writes it.</param>
internal sealed record JourneyEvent(string Id, long TimeMs, int Channel, double Value, long Version, bool IsRemoved, string Note = "")
{
    /// <summary>Decides alike in whatever order two versions come; between contents of the same version, too.</summary>
    public bool Supersedes(JourneyEvent other) => Version != other.Version ? Version > other.Version
        : IsRemoved != other.IsRemoved ? IsRemoved
        : TimeMs != other.TimeMs ? TimeMs > other.TimeMs
        : Channel != other.Channel ? Channel > other.Channel
        : !Value.Equals(other.Value) ? Value > other.Value
        : string.CompareOrdinal(Note, other.Note) > 0;

    public bool HasContentOf(JourneyEvent other) =>
        TimeMs == other.TimeMs && Channel == other.Channel && Value.Equals(other.Value) && Id == other.Id && Note == other.Note;

    public bool IsBefore(JourneyEvent other) =>
        TimeMs != other.TimeMs ? TimeMs < other.TimeMs : string.CompareOrdinal(Id, other.Id) < 0;

    public void Save(PackedWriter to)
    {
        to.Bytes(System.Text.Encoding.UTF8.GetBytes(Id));
        to.VarInt(TimeMs);
        to.VarInt(Channel);
        to.Double(Value);
        to.VarInt(Version);
        to.Byte(IsRemoved ? (byte)1 : (byte)0);
        to.Bytes(System.Text.Encoding.UTF8.GetBytes(Note));
    }

    public static JourneyEvent Load(ref PackedReader from) => new(
        System.Text.Encoding.UTF8.GetString(from.Bytes()), from.VarInt(), (int)from.VarInt(), from.Double(), from.VarInt(), from.Byte() != 0,
        System.Text.Encoding.UTF8.GetString(from.Bytes()));
}

/// <summary>Touches that led to a conversion, or to none.</summary>
/// <param name="Conversion">Null where the touches led to none.</param>
/// <param name="EndMs">Time of the conversion that ends the stretch in which these touches lie; the end of time where none did yet.</param>
/// <param name="Touches">In order of time; empty where a conversion came without any.</param>
internal sealed record Journey(JourneyEvent? Conversion, long EndMs, JourneyEvent[] Touches)
{
    public bool HasContentOf(Journey other)
    {
        if (Touches.Length != other.Touches.Length || Conversion is null != other.Conversion is null
            || (Conversion is not null && !Conversion.HasContentOf(other.Conversion!)))
        {
            return false;
        }

        for (int i = 0; i < Touches.Length; i++)
        {
            if (!Touches[i].HasContentOf(other.Touches[i]))
            {
                return false;
            }
        }

        return true;
    }
}
