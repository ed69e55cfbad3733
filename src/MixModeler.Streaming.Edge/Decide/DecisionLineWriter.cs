using System.Collections.Immutable;
using System.Text;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Decide;

// Writes a decision as the topic of decisions holds it (docs/topics.md). Owned by the sender's thread.
internal sealed class DecisionLineWriter
{
    private const int FixedBytesMax = 512;

    private readonly byte[] edgeJson;
    private byte[] buffer = new byte[4_096];

    public DecisionLineWriter(string edge)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(edge);
        byte[] room = new byte[JsonBytes.EscapedBytesMax(utf8.Length)];
        edgeJson = room[..JsonBytes.Text(room, utf8)];
    }

    // The line, valid until the next call.
    public ReadOnlySpan<byte> Write(in Decision decision, ReadOnlySpan<byte> visitor, long atMs, long sequence)
    {
        Outcome outcome = decision.Outcome;
        int needed = FixedBytesMax + JsonBytes.EscapedBytesMax(visitor.Length) + edgeJson.Length
            + outcome.ScopeJson.Length + outcome.ExperienceJson.Length + outcome.RuleJson.Length;
        if (buffer.Length < needed)
        {
            buffer = new byte[needed * 2];
        }

        Span<byte> to = buffer;
        int at = Put(to, 0, "{\"visitor\":"u8);
        at += JsonBytes.Text(to[at..], visitor);
        at = Put(to, at, ",\"scope\":"u8);
        at = Put(to, at, outcome.ScopeJson);
        at = Put(to, at, ",\"experience\":"u8);
        at = Put(to, at, outcome.ExperienceJson);
        at = Put(to, at, ",\"rule\":"u8);
        at = Put(to, at, outcome.RuleJson);
        at = Put(to, at, ",\"score\":"u8);
        at = decision.IsKnown ? at + JsonBytes.Probability(to[at..], decision.Score) : Put(to, at, "null"u8);
        at = Put(to, at, ",\"modelVersion\":"u8);
        at += JsonBytes.Number(to[at..], decision.ModelVersion);
        at = Put(to, at, decision.IsKnown ? ",\"known\":true,\"ageMs\":"u8 : ",\"known\":false,\"ageMs\":"u8);
        at = decision.IsKnown ? at + JsonBytes.Number(to[at..], decision.AgeMs) : Put(to, at, "null"u8);
        at = Put(to, at, ",\"at\":\""u8);
        at += JsonBytes.Time(to[at..], atMs);
        at = Put(to, at, "\",\"edge\":"u8);
        at = Put(to, at, edgeJson);
        at = Put(to, at, ",\"sequence\":"u8);
        at += JsonBytes.Number(to[at..], sequence);
        return buffer.AsSpan(0, Put(to, at, "}"u8));
    }

    private static int Put(Span<byte> output, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output[at..]);
        return at + bytes.Length;
    }

    private static int Put(Span<byte> output, int at, ImmutableArray<byte> bytes) => Put(output, at, bytes.AsSpan());
}
