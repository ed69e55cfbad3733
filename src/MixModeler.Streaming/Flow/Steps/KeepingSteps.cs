using System.Globalization;
using System.Text;
using MixModeler.Streaming.Flow.Keep;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Flow.Steps;

/// <summary>Drops what was seen within a span.</summary>
internal sealed class DedupeStep(FlowNode node, DedupeSettings settings) : IFlowStep
{
    public int Process(FlowFrame frame, int port)
    {
        CelValue value = settings.Key.Evaluate(frame.From(node.Inputs[0]));
        if (value.IsError)
        {
            return frame.Fail(value.AsError);
        }

        if (!ValueHash.IsKey(value.Kind))
        {
            return frame.Fail("expression-failed", $"'key' is {value.KindName} here: a string, bytes, int, uint or bool is needed");
        }

        DedupeMemory seen = (DedupeMemory)frame.Memories[node.StateIndex];
        return seen.TryAdd(ValueHash.Of(value), frame.TimeMs, frame.NewestMs - settings.WithinMs) ? 0 : IFlowStep.Done;
    }
}

/// <summary>The end of a window as a record: `id` is node, key and end; its time is the last ms of the window.</summary>
internal sealed class WindowRecord(FlowNode node)
{
    private readonly CelValue type = CelValue.Of(node.Name);

    public void Write(FlowFrame frame, WindowSettings settings, ReadOnlySpan<Aggregate> aggregates, long startMs, long endMs)
    {
        Span<CelValue> made = frame.From(node.Output);
        byte[] id = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{node.Name}:{Encoding.UTF8.GetString(frame.Key)}:{endMs}"));
        frame.TimeMs = endMs - 1;
        made[0] = CelValue.OfUtf8(id, 0, id.Length);
        made[1] = CelValue.OfUnixMs(frame.TimeMs);
        made[2] = type;
        made[3] = CelValue.OfUtf8(frame.Key, 0, frame.Key.Length);
        made[4] = CelValue.OfUnixMs(startMs);
        made[5] = CelValue.OfUnixMs(endMs);
        for (int a = 0; a < aggregates.Length; a++)
        {
            made[6 + a] = aggregates[a].Result(settings.Aggregates[a]);
        }
    }
}

/// <summary>Values of a record for the aggregates of a window: all of them, before any is added.</summary>
internal sealed class WindowValues(FlowNode node, WindowSettings settings)
{
    private readonly CelValue[] values = new CelValue[settings.Aggregates.Length];

    /// <summary>False: the frame says why.</summary>
    public bool Evaluate(FlowFrame frame)
    {
        for (int a = 0; a < values.Length; a++)
        {
            if (settings.Aggregates[a].Of is not { } program)
            {
                continue;
            }

            values[a] = program.Evaluate(frame.From(node.Inputs[0]));
            if (values[a].IsError)
            {
                frame.Fail(values[a].AsError);
                return false;
            }

            if (values[a].Kind == CelKind.Double && !double.IsFinite(values[a].AsDouble))
            {
                frame.Fail("expression-failed", $"'{settings.Aggregates[a].Name}' is of a number that is not finite");
                return false;
            }
        }

        return true;
    }

    public void AddTo(Span<Aggregate> cells, long timeMs)
    {
        for (int a = 0; a < cells.Length; a++)
        {
            cells[a].Add(settings.Aggregates[a], values[a], timeMs);
        }
    }
}

/// <summary>Tumbling, hopping and sliding windows, by panes.</summary>
internal sealed class PaneStep(FlowNode node, int place, WindowSettings settings) : IFlowStep, IFlowClock
{
    private readonly WindowRecord record = new(node);
    private readonly WindowValues values = new(node, settings);
    private readonly Aggregate[] sums = new Aggregate[settings.Aggregates.Length];

    public int Process(FlowFrame frame, int port)
    {
        long timeMs = frame.TimeMs;
        if (!values.Evaluate(frame))
        {
            return IFlowStep.Failed;
        }

        Advance(frame);
        frame.TimeMs = timeMs;
        PaneMemory panes = (PaneMemory)frame.Memories[node.StateIndex];
        if (panes.IsTooLate(timeMs, frame.NewestMs))
        {
            return frame.Fail("too-late", "every window that the record belongs to is closed");
        }

        panes.CloseThrough(frame.NewestMs);
        Span<Aggregate> cells = panes.CellsAt(timeMs);
        if (cells.IsEmpty)
        {
            return frame.Fail("window-full", $"the key has {PaneMemory.PanesMax} open panes");
        }

        values.AddTo(cells, timeMs);
        if (settings.Kind != WindowKind.Sliding)
        {
            return IFlowStep.Done;
        }

        long endMs = panes.EndOf(timeMs);
        panes.Sum(endMs, sums);
        record.Write(frame, settings, sums, endMs - settings.SizeMs, endMs);
        // A sliding window speaks as of the record, not of the end of its pane.
        frame.TimeMs = timeMs;
        frame.From(node.Output)[1] = CelValue.OfUnixMs(timeMs);
        return 0;
    }

    public void Advance(FlowFrame frame)
    {
        PaneMemory panes = (PaneMemory)frame.Memories[node.StateIndex];
        while (panes.TryClose(frame.NewestMs, sums, out long endMs))
        {
            record.Write(frame, settings, sums, endMs - settings.SizeMs, endMs);
            frame.Emit(place, 0);
        }
    }
}

/// <summary>Session windows.</summary>
internal sealed class SessionStep(FlowNode node, int place, WindowSettings settings) : IFlowStep, IFlowClock
{
    private readonly WindowRecord record = new(node);
    private readonly WindowValues values = new(node, settings);
    private readonly Aggregate[] closed = new Aggregate[settings.Aggregates.Length];

    public int Process(FlowFrame frame, int port)
    {
        long timeMs = frame.TimeMs;
        if (!values.Evaluate(frame))
        {
            return IFlowStep.Failed;
        }

        Advance(frame);
        frame.TimeMs = timeMs;
        SessionMemory sessions = (SessionMemory)frame.Memories[node.StateIndex];
        if (sessions.IsTooLate(timeMs, frame.NewestMs))
        {
            return frame.Fail("too-late", "the session that the record belongs to is closed");
        }

        Span<Aggregate> cells = sessions.CellsAt(timeMs);
        if (cells.IsEmpty)
        {
            return frame.Fail("window-full", $"the key has {SessionMemory.SessionsMax} open sessions");
        }

        values.AddTo(cells, timeMs);
        return IFlowStep.Done;
    }

    public void Advance(FlowFrame frame)
    {
        SessionMemory sessions = (SessionMemory)frame.Memories[node.StateIndex];
        while (sessions.TryClose(frame.NewestMs, closed, out long startMs, out long endMs))
        {
            record.Write(frame, settings, closed, startMs, endMs);
            frame.Emit(place, 0);
        }
    }
}

/// <summary>Pairs of records of two sides whose times lie near each other.</summary>
internal sealed class JoinStep(FlowNode node, int place, JoinSettings settings) : IFlowStep, IFlowClock
{
    private readonly CelValue[] pair = new CelValue[settings.LeftSlots + settings.RightSlots];
    private readonly PackedWriter packed = new();

    public int Process(FlowFrame frame, int port)
    {
        long timeMs = frame.TimeMs;
        if (timeMs < frame.NewestMs - settings.LatenessMs)
        {
            return frame.Fail("too-late", "its partners are not waited for any more");
        }

        Advance(frame);
        JoinMemory memory = (JoinMemory)frame.Memories[node.StateIndex];
        (int start, int count) = port == 0 ? (0, settings.LeftSlots) : (settings.LeftSlots, settings.RightSlots);
        // A pair's result is written into slots of its own, but what stands behind may wait in the same frame: keep the record.
        frame.From(node.Inputs[port])[..count].CopyTo(pair.AsSpan(start));
        packed.Clear();
        foreach (ref readonly CelValue value in pair.AsSpan(start, count))
        {
            PackedValue.Write(packed, value);
        }

        if (!memory.TryAdd(port, timeMs, packed.Written))
        {
            return frame.Fail("join-full", $"the key has {JoinMemory.RecordsMax} records waiting on this side");
        }

        bool failed = false;
        int other = 1 - port;
        for (int i = 0; i < memory.Count(other); i++)
        {
            long otherMs = memory.TimeMs(other, i);
            if (Math.Abs(otherMs - timeMs) <= settings.WithinMs)
            {
                Unpack(memory.Record(other, i), other);
                failed |= !TryEmit(frame, Math.Max(timeMs, otherMs));
            }
        }

        frame.TimeMs = timeMs;
        return failed ? IFlowStep.Failed : IFlowStep.Done;
    }

    public void Advance(FlowFrame frame) => ((JoinMemory)frame.Memories[node.StateIndex]).ForgetBefore(frame.NewestMs);

    private void Unpack(ReadOnlySpan<byte> record, int side)
    {
        PackedReader reader = new(record);
        (int start, int count) = side == 0 ? (0, settings.LeftSlots) : (settings.LeftSlots, settings.RightSlots);
        for (int i = 0; i < count; i++)
        {
            pair[start + i] = PackedValue.Read(ref reader);
        }
    }

    private bool TryEmit(FlowFrame frame, long timeMs)
    {
        if (settings.Where is { } where)
        {
            if (!where.TryBool(pair, out bool holds, out CelError error))
            {
                frame.Fail(error);
                return false;
            }

            if (!holds)
            {
                return true;
            }
        }

        Span<CelValue> made = frame.From(node.Output);
        byte[] id = [.. pair[0].AsUtf8, (byte)'+', .. pair[settings.LeftSlots].AsUtf8];
        made[0] = CelValue.OfUtf8(id, 0, id.Length);
        made[1] = CelValue.OfUnixMs(timeMs);
        made[2] = pair[2];
        made[3] = pair[3];
        for (int i = 0; i < settings.Slots.Length; i++)
        {
            made[4 + i] = settings.Slots[i].Evaluate(pair);
            if (made[4 + i].IsError)
            {
                frame.Fail(made[4 + i].AsError);
                return false;
            }
        }

        frame.TimeMs = timeMs;
        frame.Emit(place, 0);
        return true;
    }
}
