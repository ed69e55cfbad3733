using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Observe;

/// <summary>
/// The auditor of one partition: every record is entered where it is applied, and the ledger is committed with the state.
/// A record that never came is lost, one that came again is duplicated; both stay 0 or something is broken.
/// </summary>
public sealed class OffsetLedger
{
    /// <summary>First offset this task ever applied, -1 before.</summary>
    public long First { get; private set; } = -1;

    /// <summary>Offset expected next, -1 before the first.</summary>
    public long Next { get; private set; } = -1;

    public long Applied { get; private set; }

    public long Lost { get; private set; }

    public long Duplicated { get; private set; }

    public void Enter(long offset)
    {
        if (First < 0)
        {
            First = offset;
            Next = offset;
        }

        if (offset < Next)
        {
            Duplicated++;
            return;
        }

        Lost += offset - Next;
        Applied++;
        Next = offset + 1;
    }

    public void Pack(PackedWriter writer)
    {
        writer.VarInt(First);
        writer.VarInt(Next);
        writer.VarInt(Applied);
        writer.VarInt(Lost);
        writer.VarInt(Duplicated);
    }

    public void Unpack(ref PackedReader reader)
    {
        First = reader.VarInt();
        Next = reader.VarInt();
        Applied = reader.VarInt();
        Lost = reader.VarInt();
        Duplicated = reader.VarInt();
    }

    /// <summary>A task without state starts a new ledger.</summary>
    public void Reset() => (First, Next, Applied, Lost, Duplicated) = (-1, -1, 0, 0, 0);
}
