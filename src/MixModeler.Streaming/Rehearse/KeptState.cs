using System.Buffers;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Operators;

namespace MixModeler.Streaming.Rehearse;

/// <summary>What a run keeps at its end, as JSON that expectations are held against, and what an edge would make of it.</summary>
internal sealed class KeptState
{
    private readonly TopologyPlan plan;
    private readonly RehearsalRun run;
    private readonly Dictionary<string, VisitorView> visitors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> shown = new(StringComparer.Ordinal);

    private KeptState(TopologyPlan plan, RehearsalRun run)
    {
        this.plan = plan;
        this.run = run;
    }

    /// <summary>Visitors by id, and keys of other lanes as `lane/key`.</summary>
    public IReadOnlyDictionary<string, JsonElement> Shown => shown;

    public static async Task<KeptState> ReadAsync(TopologyPlan plan, RehearsalRun run, CancellationToken stop)
    {
        KeptState kept = new(plan, run);
        foreach (TaskSeat seat in run.Seats.Where(seat => seat.Task is PartitionTask))
        {
            bool isKeyed = seat != run.Events;
            TopologyPlan its = isKeyed ? LanePlans.KeyedOf(plan).First(lane => lane.Flow!.Lanes[0].Name == seat.Name) : plan;
            byte[]? taskRecord = (await seat.Store.AcquireAsync(0, stop)).TaskRecord;
            foreach ((string key, byte[] record) in await seat.StateAsync(stop))
            {
                if (record.Length > 0)
                {
                    kept.Add(isKeyed ? $"{seat.Name}/{key}" : key, VisitorView.Read(record, taskRecord, its), its, isKeyed);
                }
            }
        }

        return kept;
    }

    /// <summary>What is shown to somebody, as of the newest event, or as of now where the topology decides by the wall clock.</summary>
    public JsonElement Decide(DecisionPlan decisions, int scope, ExpectedDecision asked)
    {
        double score = double.NaN;
        Outcome outcome = decisions.Unknown(scope);
        if (visitors.TryGetValue(asked.Visitor, out VisitorView? visitor))
        {
            double[] values = new double[plan.Schema.Features.Length];
            double[] inputs = new double[plan.Schema.InputCount];
            long readAtMs = decisions.ReadsEventClock ? run.NewestMs : run.Now.ToUnixTimeMilliseconds();
            plan.Schema.ReadValues(visitor.Row.AsSpan(), readAtMs, values);
            plan.Schema.WriteInputs(values, inputs);
            score = run.Model.Predict(inputs);
            (byte[] bytes, AttributeSpan[] spans) = AttributesOf(asked);
            outcome = decisions.Choose(scope, values, score, new RequestAttributes(bytes, spans));
        }

        return Json(json =>
        {
            json.WriteString("show", outcome.Experience);
            json.WriteString("rule", outcome.Rule);
            WriteFinite(json, "score", score);
        });
    }

    private void Add(string name, VisitorView view, TopologyPlan its, bool isKeyed)
    {
        if (!isKeyed)
        {
            visitors.Add(name, view);
        }

        shown.Add(name, Json(json =>
        {
            if (!isKeyed)
            {
                json.WriteString("newest", Encoding.ASCII.GetString(Ingest.TimeMarker.At(DateTimeOffset.FromUnixTimeMilliseconds(view.Row[0]))));
                json.WriteStartObject("features");
                for (int f = 0; f < its.Schema.Features.Length; f++)
                {
                    WriteFinite(json, its.Schema.Features[f].Name, its.Schema.ReadValue(view.Row.AsSpan(), f, view.Row[0]));
                }

                json.WriteEndObject();
                json.WriteNumber("pending", view.Pending.Length);
                json.WriteNumber("eventIds", view.EventIds);
            }

            json.WriteStartArray("keeps");
            foreach (FlowNode node in its.Flow?.Lanes[0].Keeping ?? [])
            {
                if (view.Keeping.Contains(node.Identity))
                {
                    json.WriteStringValue(node.Name);
                }
            }

            json.WriteEndArray();
        }));
    }

    private static void WriteFinite(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
    }

    private static (byte[] Bytes, AttributeSpan[] Spans) AttributesOf(ExpectedDecision asked)
    {
        List<byte> bytes = [];
        List<AttributeSpan> spans = [];
        foreach ((string name, string value) in asked.Attributes)
        {
            int nameStart = bytes.Count;
            bytes.AddRange(Encoding.UTF8.GetBytes(name));
            int valueStart = bytes.Count;
            bytes.AddRange(Encoding.UTF8.GetBytes(value));
            spans.Add(new AttributeSpan(nameStart, valueStart - nameStart, valueStart, bytes.Count - valueStart));
        }

        return ([.. bytes], [.. spans]);
    }

    private static JsonElement Json(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(bytes.WrittenMemory);
        return document.RootElement.Clone();
    }
}
