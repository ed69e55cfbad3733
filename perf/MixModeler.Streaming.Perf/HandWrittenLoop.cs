using System.Text.Json;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// What somebody would write who needs this one topology and nothing else: the runtime's JSON reader, names in the code, a
/// dictionary of structs. The measure of what the engine's generality costs.
/// </summary>
internal sealed class HandWrittenLoop(LinearModel model)
{
    private const int Kinds = 7;
    private readonly Dictionary<Hash128, Visitor> visitors = [];
    private readonly double[] inputs = new double[Kinds * 3];

    [System.Runtime.CompilerServices.InlineArray(Kinds)]
    private struct Longs
    {
        private long first;
    }

    private struct Visitor
    {
        public long NewestMs;
        public Longs Counts;
        public Longs LastMs;
    }

    public double Run(List<RecordBatch> batches)
    {
        visitors.Clear();
        double sum = 0;
        foreach (RecordBatch batch in batches)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                sum += Score(batch.Value(i));
            }
        }

        return sum;
    }

    private double Score(ReadOnlySpan<byte> json)
    {
        (long timeMs, int kind, Hash128 id, Hash128 eventId) = (0, -1, default, default);
        Utf8JsonReader reader = new(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("_id"u8))
            {
                reader.Read();
                eventId = Hash128.Of(reader.ValueSpan);
            }
            else if (reader.ValueTextEquals("timestamp"u8))
            {
                reader.Read();
                timeMs = reader.GetDateTimeOffset().ToUnixTimeMilliseconds();
            }
            else if (reader.ValueTextEquals("eventType"u8))
            {
                reader.Read();
                kind = KindOf(ref reader);
            }
            else if (reader.ValueTextEquals("_luma"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool isId = reader.ValueTextEquals("userid"u8);
                    reader.Read();
                    id = isId ? Hash128.Of(reader.ValueSpan) : id;
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return eventId.IsZero ? 0 : Apply(id, timeMs, kind);
    }

    private double Apply(Hash128 id, long timeMs, int kind)
    {
        ref Visitor visitor = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(visitors, id, out _);
        visitor.NewestMs = Math.Max(visitor.NewestMs, timeMs);
        if (kind >= 0)
        {
            visitor.Counts[kind]++;
            visitor.LastMs[kind] = Math.Max(visitor.LastMs[kind], timeMs);
        }

        for (int k = 0; k < Kinds; k++)
        {
            long lastMs = visitor.LastMs[k];
            inputs[k] = Math.Log(1 + (double)visitor.Counts[k]);
            inputs[Kinds + 2 * k] = lastMs == 0 ? 0 : 1;
            inputs[Kinds + 2 * k + 1] = lastMs == 0 ? 0 : Math.Log(1 + (visitor.NewestMs - lastMs) / 60_000.0);
        }

        return model.Predict(inputs);
    }

    private static int KindOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("directMarketing.emailSent"u8) ? 0
        : reader.ValueTextEquals("directMarketing.emailOpened"u8) ? 1
        : reader.ValueTextEquals("directMarketing.emailClicked"u8) ? 2
        : reader.ValueTextEquals("commerce.productViews"u8) ? 3
        : reader.ValueTextEquals("decisioning.propositionInteract"u8) ? 4
        : reader.ValueTextEquals("decisioning.propositionDismiss"u8) ? 5
        : reader.ValueTextEquals("web.webinteraction.linkClicks"u8) ? 6
        : -1;
}
