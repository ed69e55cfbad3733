using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>
/// The open sessions of one key: runs of records whose gaps are shorter than the window's.
/// <code>count | per session: varint first, last | aggregates</code>
/// </summary>
internal sealed class SessionMemory(WindowSettings settings) : OperatorMemory
{
    public const int SessionsMax = 256;

    private readonly List<Session> sessions = [];     // Ascending; the gaps between them are at least the window's.

    public override bool IsEmpty => sessions.Count == 0;

    // The first session is also the first to close: its last record is the oldest.
    public override long DueMs => sessions.Count == 0 ? 0 : CloseMs(sessions[0]);

    private sealed record Session(long FirstMs, long LastMs, Aggregate[] Cells);

    /// <summary>Closes the next session whose time has come. Call until it says no, and before adding.</summary>
    /// <param name="newestMs">Newest event time of the partition.</param>
    /// <param name="result">Takes the session's aggregates.</param>
    /// <param name="startMs">Time of its first record.</param>
    /// <param name="endMs">Its end: the last record's time and the gap.</param>
    public bool TryClose(long newestMs, Span<Aggregate> result, out long startMs, out long endMs)
    {
        (startMs, endMs) = (0, 0);
        if (sessions.Count == 0 || CloseMs(sessions[0]) > newestMs)
        {
            return false;
        }

        Session closed = sessions[0];
        sessions.RemoveAt(0);
        (startMs, endMs) = (closed.FirstMs, closed.LastMs + settings.SizeMs);
        closed.Cells.CopyTo(result);
        return true;
    }

    /// <summary>Whether a record belongs to no open session, and one of its own would be closed already.</summary>
    public bool IsTooLate(long timeMs, long newestMs) =>
        timeMs + settings.SizeMs + settings.LatenessMs <= newestMs && !sessions.Exists(session => Touches(session, timeMs));

    /// <summary>The cells of the record's session, of all those that it connects; empty if there is no room for a new one.</summary>
    public Span<Aggregate> CellsAt(long timeMs)
    {
        int first = sessions.FindIndex(session => Touches(session, timeMs));
        if (first < 0)
        {
            if (sessions.Count == SessionsMax)
            {
                return [];
            }

            int at = sessions.FindIndex(session => session.FirstMs > timeMs);
            at = at < 0 ? sessions.Count : at;
            sessions.Insert(at, new Session(timeMs, timeMs, new Aggregate[settings.Aggregates.Length]));
            return sessions[at].Cells;
        }

        Session joined = sessions[first];
        joined = joined with { FirstMs = Math.Min(joined.FirstMs, timeMs), LastMs = Math.Max(joined.LastMs, timeMs) };
        while (first + 1 < sessions.Count && Touches(sessions[first + 1], timeMs))
        {
            Session next = sessions[first + 1];
            sessions.RemoveAt(first + 1);
            joined = joined with { LastMs = Math.Max(joined.LastMs, next.LastMs) };
            for (int a = 0; a < joined.Cells.Length; a++)
            {
                joined.Cells[a].Merge(settings.Aggregates[a], next.Cells[a]);
            }
        }

        sessions[first] = joined;
        return joined.Cells;
    }

    public override void Pack(PackedWriter writer)
    {
        writer.VarUInt((ulong)sessions.Count);
        foreach (Session session in sessions)
        {
            writer.VarInt(session.FirstMs);
            writer.VarInt(session.LastMs - session.FirstMs);
            for (int a = 0; a < session.Cells.Length; a++)
            {
                session.Cells[a].Pack(settings.Aggregates[a], writer);
            }
        }
    }

    public override void Unpack(ref PackedReader reader)
    {
        sessions.Clear();
        for (int left = reader.Count(2); left > 0; left--)
        {
            long firstMs = reader.VarInt();
            Session session = new(firstMs, firstMs + reader.VarInt(), new Aggregate[settings.Aggregates.Length]);
            for (int a = 0; a < session.Cells.Length; a++)
            {
                session.Cells[a] = Aggregate.Unpack(settings.Aggregates[a], ref reader);
            }

            sessions.Add(session);
        }
    }

    public override void Clear() => sessions.Clear();

    private bool Touches(Session session, long timeMs) =>
        timeMs > session.FirstMs - settings.SizeMs && timeMs < session.LastMs + settings.SizeMs;

    private long CloseMs(Session session) => session.LastMs + settings.SizeMs + settings.LatenessMs;
}
