using MixModeler.Streaming.Flow;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology.Operators;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming;

/// <summary>
/// What a task does where the topology has nodes: each event goes through them, and the main job is one of them. Without nodes
/// none of this is touched.
/// </summary>
public sealed partial class PartitionTask : IProfileStage
{
    private readonly Dictionary<(int Node, Hash128 Key), byte[]?> profiles = [];
    private CancellationToken stopping;
    private EventBatch? atEvents;
    private int atRow;
    private int atSlot;
    private CelValue recordType;

    /// <summary>Counts of the topology's nodes as of the last commit; any thread.</summary>
    public IReadOnlyList<OperatorTotals> Operators => Volatile.Read(ref lane).Flow?.Totals ?? [];

    /// <summary>One event of a known visitor that is no duplicate, through the nodes.</summary>
    private void ApplyFlow(FlowRunner flow, VisitorMemory visitor, int slot, EventBatch events, int i, RecordBatch batch)
    {
        (atEvents, atRow, atSlot) = (events, i, slot);
        FlowFrame frame = flow.Frame;
        Enter(frame, visitor);
        frame.TimeMs = events[i].TimeMs;
        Span<CelValue> record = frame.From(0);
        lane.Fields!.Read(batch.Segment(i), record);
        if (!lane.IsKeyed)
        {
            record[1] = CelValue.OfUnixMs(frame.TimeMs);
            record[3] = CelValue.OfUtf8(visitor.Id, 0, visitor.Id.Length);
        }

        if (lane.Records is { } records)
        {
            record[0] = record[3];
            record[2] = recordType.AsUtf8.Length > 0 ? recordType : recordType = CelValue.Of(records.Name);
        }

        flow.Run();
        Reschedule(visitor);
    }

    /// <summary>Event time has reached something that the nodes keep of a visitor.</summary>
    private void AdvanceFlow(FlowRunner flow, VisitorMemory visitor)
    {
        Enter(flow.Frame, visitor);
        flow.Advance();
    }

    bool IProfileStage.Apply(ReadOnlySpan<CelValue> replaced, Span<CelValue> filled)
    {
        EventBatch events = atEvents!;
        Replace(replaced, events.Symbols(atRow), events.Amounts(atRow));
        VisitorMemory visitor = state.Change(atSlot);
        ApplyProfile(visitor, atSlot, in events[atRow], events.Symbols(atRow), events.Amounts(atRow));
        ReadOnlySpan<long> row = state.Row(atSlot);
        int features = lane.Plan.Schema.Features.Length;
        for (int f = 0; f < features; f++)
        {
            double value = lane.Plan.Schema.ReadValue(row, f, row[0]);
            filled[f] = double.IsNaN(value) ? CelValue.Absent : CelValue.Of(value);
        }

        filled[features] = CelValue.Of(visitor.Score);
        filled[features + 1] = CelValue.OfUtf8(visitor.Id, 0, visitor.Id.Length);
        return true;
    }

    private void Enter(FlowFrame frame, VisitorMemory visitor)
    {
        frame.NewestMs = newestMs;
        frame.Key = visitor.Id;
        frame.Memories = visitor.Operators;
    }

    // Features match on the number of a text; a text that a map replaced gets its number here.
    private void Replace(ReadOnlySpan<CelValue> replaced, Span<int> symbols, Span<double> amounts)
    {
        for (int i = 0; i < replaced.Length; i++)
        {
            (int symbol, int amount) = lane.Replaced[i];
            if (symbol >= 0)
            {
                symbols[symbol] = replaced[i].Kind == CelKind.String ? lane.Events!.SymbolOf(symbol, replaced[i].AsUtf8) : Utf8Symbols.Other;
            }

            if (amount >= 0)
            {
                amounts[amount] = replaced[i].Kind switch
                {
                    CelKind.Double => replaced[i].AsDouble,
                    CelKind.Int => replaced[i].AsInt,
                    _ => 0,
                };
            }
        }
    }

    /// <summary>Profiles for the nodes that enrich: one read for each of them and batch.</summary>
    private async Task LoadProfilesAsync(EventBatch events, CancellationToken stop)
    {
        profiles.Clear();
        if (parts.Profiles is null || lane.Enriching.Length == 0)
        {
            return;
        }

        List<byte[]> keys = [];
        HashSet<Hash128> seen = [];
        for (int i = 0; i < events.Count; i++)
        {
            if (events[i].Rejection == Rejection.None && seen.Add(events[i].Visitor))
            {
                keys.Add(events.Visitor(i).ToArray());
            }
        }

        foreach ((int place, EnrichSettings settings) in lane.Enriching)
        {
            byte[]?[] found = await parts.Profiles.LoadAsync(settings.Topology, keys, stop);
            for (int k = 0; k < found.Length; k++)
            {
                profiles[(place, Hash128.Of(keys[k]))] = found[k];
            }
        }
    }

    /// <summary>What came in, for whoever listens to the source: as it stands in the log, and what became of it.</summary>
    private void ShowRead(RecordBatch batch, int i, Rejection rejection)
    {
        if (lane.Source is { } source)
        {
            parts.Taps!.Show(source, TappedRecord.In, batch.Key(i), batch.Value(i));
            parts.Taps.Show(source, rejection == Rejection.None ? TappedRecord.Out : TappedRecord.Error, batch.Key(i), batch.Value(i));
            if (rejection == Rejection.None && lane.DeduplicateMs > 0)
            {
                parts.Taps.Show(lane.Dedupe, TappedRecord.In, batch.Key(i), batch.Value(i));
            }
        }
    }

    /// <summary>What is no duplicate; without nodes of its own the profile takes it as it is.</summary>
    private void ShowDistinct(RecordBatch batch, int i)
    {
        if (lane.Source is not null && lane.DeduplicateMs > 0)
        {
            parts.Taps!.Show(lane.Dedupe, TappedRecord.Out, batch.Key(i), batch.Value(i));
        }

        if (lane.Flow is null)
        {
            parts.Taps!.Show("profile", TappedRecord.In, batch.Key(i), batch.Value(i));
        }
    }

    private Lane Watched(Lane compiled)
    {
        if (compiled.Flow is { } flow)
        {
            flow.Frame.Profile = ProfileOf;
        }

        return compiled;
    }

    private byte[]? ProfileOf(int node) => profiles.GetValueOrDefault((node, Hash128.Of(lane.Flow!.Frame.Key)));

    // A node that tries again holds up its partition, but not the end of the task.
    private void Pause(TimeSpan span) => stopping.WaitHandle.WaitOne(span);
}
