using System.Text;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Deliver;

// Batch path, once per event. Budget: 0 B.

/// <summary>Writes the records of the topic of scores. One per task, owned by its thread.</summary>
public sealed class ScoreRecordWriter
{
    // Everything but the texts: member names, and at most 13 numbers and one time.
    private const int FixedBytesMax = 768;

    private readonly bool[] isSum;
    private readonly byte[] modelJson;
    private readonly byte[] topologyJson;
    private byte[] buffer = new byte[4_096];

    /// <param name="schema">Lays out the rows.</param>
    /// <param name="model">Name of the model that scores.</param>
    /// <param name="topologyVersion">Of the topology that laid the rows out; empty leaves it unsaid.</param>
    public ScoreRecordWriter(FeatureSchema schema, string model, string topologyVersion = "")
    {
        isSum = [.. schema.Features.Select(feature => feature.Kind == FeatureKind.DecayedSum)];
        modelJson = Json(model);
        topologyJson = topologyVersion.Length == 0 ? [] : [.. ",\"topology\":"u8, .. Json(topologyVersion)];
    }

    /// <summary>The record's value; valid until the next call.</summary>
    /// <param name="visitor">The visitor's id in UTF-8; also the record's key.</param>
    /// <param name="score">A probability.</param>
    /// <param name="modelVersion">Of the model that gave it.</param>
    /// <param name="atMs">The event's time.</param>
    /// <param name="origin">The event.</param>
    /// <param name="receivedMs">The event's record timestamp.</param>
    /// <param name="row">The visitor's feature row after the event.</param>
    public ReadOnlySpan<byte> Write(
        ReadOnlySpan<byte> visitor,
        double score,
        long modelVersion,
        long atMs,
        Origin origin,
        long receivedMs,
        ReadOnlySpan<long> row)
    {
        Reserve(visitor.Length, row.Length);
        Span<byte> to = buffer;
        int at = Put(to, 0, "{\"visitor\":"u8);
        at += JsonBytes.Text(to[at..], visitor);
        at = Put(to, at, ",\"score\":"u8);
        at += JsonBytes.Number(to[at..], score);
        at = Put(to, at, ",\"model\":"u8);
        at = Put(to, at, modelJson);
        at = Put(to, at, ",\"modelVersion\":"u8);
        at += JsonBytes.Number(to[at..], modelVersion);
        at = Put(to, at, topologyJson);
        at = Put(to, at, ",\"at\":\""u8);
        at += JsonBytes.Time(to[at..], atMs);
        at = Put(to, at, "\",\"origin\":{\"partition\":"u8);
        at += JsonBytes.Number(to[at..], origin.Partition);
        at = Put(to, at, ",\"offset\":"u8);
        at += JsonBytes.Number(to[at..], origin.Offset);
        at = Put(to, at, ",\"ordinal\":"u8);
        at += JsonBytes.Number(to[at..], origin.Ordinal);
        at = Put(to, at, "},\"receivedMs\":"u8);
        at += JsonBytes.Number(to[at..], receivedMs);
        at = Put(to, at, ",\"row\":["u8);
        at += JsonBytes.Number(to[at..], row[0]);
        for (int i = 1; i < row.Length; i++)
        {
            to[at++] = (byte)',';
            at += isSum[i - 1]
                ? JsonBytes.Number(to[at..], BitConverter.Int64BitsToDouble(row[i]))
                : JsonBytes.Number(to[at..], row[i]);
        }

        return buffer.AsSpan(0, Put(to, at, "]}"u8));
    }

    private void Reserve(int visitorBytes, int words)
    {
        int needed = FixedBytesMax + modelJson.Length + topologyJson.Length + JsonBytes.EscapedBytesMax(visitorBytes) + words * JsonBytes.NumberBytesMax;
        if (buffer.Length < needed)
        {
            buffer = new byte[Math.Max(needed, buffer.Length * 2)];
        }
    }

    private static byte[] Json(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] room = new byte[JsonBytes.EscapedBytesMax(utf8.Length)];
        return room[..JsonBytes.Text(room, utf8)];
    }

    private static int Put(Span<byte> output, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output[at..]);
        return at + bytes.Length;
    }
}
