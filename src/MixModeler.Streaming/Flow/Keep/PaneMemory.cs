using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Keep;

/// <summary>
/// The open panes of one key. A pane covers one hop; a window is the sum of the panes within its span, so a record is added
/// once, whatever the overlap.
/// <code>varint closed through | count | per pane: varint start | aggregates</code>
/// </summary>
internal sealed class PaneMemory(WindowSettings settings) : OperatorMemory
{
    /// <summary>A key with more panes than this refuses records for new ones, so that no record outgrows a commit.</summary>
    public const int PanesMax = 1_024;

    private readonly List<Pane> panes = [];       // Ascending by start.
    private long closedThroughMs;

    public override bool IsEmpty => panes.Count == 0;

    public override long DueMs => panes.Count == 0 ? 0 : NextEndMs() + settings.LatenessMs;

    private sealed record Pane(long StartMs, Aggregate[] Cells);

    /// <summary>
    /// Closes the next window whose time has come; of a sliding one, only forgets. Call until it says no, and before adding.
    /// </summary>
    /// <param name="newestMs">Newest event time of the partition.</param>
    /// <param name="result">Takes the window's aggregates.</param>
    /// <param name="endMs">Its end.</param>
    public bool TryClose(long newestMs, Span<Aggregate> result, out long endMs)
    {
        while (panes.Count > 0)
        {
            endMs = NextEndMs();
            if (endMs + settings.LatenessMs > newestMs)
            {
                break;
            }

            closedThroughMs = endMs;
            bool isFilled = settings.Kind != WindowKind.Sliding && Sum(endMs, result);
            while (panes.Count > 0 && panes[0].StartMs + settings.SizeMs <= closedThroughMs)
            {
                panes.RemoveAt(0);
            }

            if (isFilled)
            {
                return true;
            }
        }

        endMs = 0;
        return false;
    }

    /// <summary>The cells of the record's pane, made if there is room; empty if there is none.</summary>
    public Span<Aggregate> CellsAt(long timeMs)
    {
        long startMs = StartOf(timeMs);
        int at = panes.Count;
        while (at > 0 && panes[at - 1].StartMs > startMs)
        {
            at--;
        }

        if (at > 0 && panes[at - 1].StartMs == startMs)
        {
            return panes[at - 1].Cells;
        }

        if (panes.Count == PanesMax)
        {
            return [];
        }

        panes.Insert(at, new Pane(startMs, new Aggregate[settings.Aggregates.Length]));
        return panes[at].Cells;
    }

    /// <summary>Whether every window that the record belongs to is closed by now.</summary>
    public bool IsTooLate(long timeMs, long newestMs) => StartOf(timeMs) + settings.SizeMs + settings.LatenessMs <= newestMs;

    /// <summary>What is closed by the rule counts as closed, whether or not there was something to close.</summary>
    public void CloseThrough(long newestMs) =>
        closedThroughMs = Math.Max(closedThroughMs, settings.Kind == WindowKind.Sliding ? 0 : StartOf(newestMs - settings.LatenessMs));

    /// <summary>End of the pane that a time lies in.</summary>
    public long EndOf(long timeMs) => StartOf(timeMs) + settings.HopMs;

    /// <summary>Adds up the panes of the window that ends there; false if it has none.</summary>
    public bool Sum(long endMs, Span<Aggregate> result)
    {
        result.Clear();
        bool any = false;
        foreach (Pane pane in panes)
        {
            if (pane.StartMs >= endMs)
            {
                break;
            }

            if (pane.StartMs >= endMs - settings.SizeMs)
            {
                any = true;
                for (int a = 0; a < result.Length; a++)
                {
                    result[a].Merge(settings.Aggregates[a], pane.Cells[a]);
                }
            }
        }

        return any;
    }

    public override void Pack(PackedWriter writer)
    {
        writer.VarInt(closedThroughMs);
        writer.VarUInt((ulong)panes.Count);
        foreach (Pane pane in panes)
        {
            writer.VarInt(pane.StartMs);
            for (int a = 0; a < pane.Cells.Length; a++)
            {
                pane.Cells[a].Pack(settings.Aggregates[a], writer);
            }
        }
    }

    public override void Unpack(ref PackedReader reader)
    {
        panes.Clear();
        closedThroughMs = reader.VarInt();
        for (int left = reader.Count(1); left > 0; left--)
        {
            Pane pane = new(reader.VarInt(), new Aggregate[settings.Aggregates.Length]);
            for (int a = 0; a < pane.Cells.Length; a++)
            {
                pane.Cells[a] = Aggregate.Unpack(settings.Aggregates[a], ref reader);
            }

            panes.Add(pane);
        }
    }

    public override void Clear()
    {
        panes.Clear();
        closedThroughMs = 0;
    }

    // A sliding window has nothing to say when it closes: its oldest pane is merely of no use any more.
    private long NextEndMs() => settings.Kind == WindowKind.Sliding
        ? panes[0].StartMs + settings.SizeMs
        : Math.Max(closedThroughMs, panes[0].StartMs) + settings.HopMs;

    private long StartOf(long timeMs) => timeMs - (timeMs % settings.HopMs + settings.HopMs) % settings.HopMs;
}
