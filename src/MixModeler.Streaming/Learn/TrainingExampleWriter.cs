using System.Text;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Learn;

// Hot path, once per settled decision. Budget: 0 B.

/// <summary>
/// Writes training examples as docs/topics.md shows them: features by name in the schema's order, null for "never", numbers
/// in the shortest form that reads back to the same bits. Reused; owned by one thread; allocates nothing in steady state.
/// </summary>
public sealed class TrainingExampleWriter
{
    // Everything but the visitor and the features: names, numbers, a time.
    private const int FixedBytesMax = 320;

    private readonly PackedWriter json = new(1_024);
    private readonly byte[][] members;
    private readonly byte[][] labels;

    /// <param name="schema">Names of the features, in order.</param>
    /// <param name="labelId">The label that is settled, of <see cref="LabelId"/>; 0 leaves it unsaid.</param>
    public TrainingExampleWriter(FeatureSchema schema, uint labelId = LabelId.Unsaid)
    {
        members = [.. schema.Features.Select((feature, i) => Member(feature.Name, first: i == 0))];
        string id = labelId == LabelId.Unsaid ? "" : $",\"labelId\":\"{labelId:x8}\"";
        labels = [.. Enumerable.Range(0, 2).Select(label => Encoding.UTF8.GetBytes($"\",\"label\":{label}{id},\"origin\":{{\"partition\":"))];
    }

    /// <param name="visitor">Visitor id, UTF-8.</param>
    /// <param name="atMs">Time of the decision.</param>
    /// <param name="label">Whether the label event followed within the horizon.</param>
    /// <param name="origin">The event that settled the label.</param>
    /// <param name="values">One value per feature as <see cref="FeatureSchema.ReadValues"/> gives them; NaN = never.</param>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Write(ReadOnlySpan<byte> visitor, long atMs, bool label, Origin origin, ReadOnlySpan<double> values)
    {
        if (values.Length != members.Length)
        {
            throw new ArgumentException($"{values.Length} values were given, the schema has {members.Length} features");
        }

        json.Clear();
        WriteHead(visitor, atMs, label, origin);
        for (int i = 0; i < members.Length; i++)
        {
            json.Raw(members[i]);
            WriteValue(values[i]);
        }

        json.Raw("}}"u8);
        return json.Written;
    }

    private void WriteHead(ReadOnlySpan<byte> visitor, long atMs, bool label, Origin origin)
    {
        Span<byte> room = json.Room(FixedBytesMax + JsonBytes.EscapedBytesMax(visitor.Length));
        int at = Put(room, 0, "{\"visitor\":"u8);
        at += JsonBytes.Text(room[at..], visitor);
        at = Put(room, at, ",\"at\":\""u8);
        at += JsonBytes.Time(room[at..], atMs);
        at = Put(room, at, labels[label ? 1 : 0]);
        at += JsonBytes.Number(room[at..], origin.Partition);
        at = Put(room, at, ",\"offset\":"u8);
        at += JsonBytes.Number(room[at..], origin.Offset);
        at = Put(room, at, ",\"ordinal\":"u8);
        at += JsonBytes.Number(room[at..], origin.Ordinal);
        json.Took(Put(room, at, "},\"features\":{"u8));
    }

    private void WriteValue(double value)
    {
        if (double.IsNaN(value))
        {
            json.Raw("null"u8);
            return;
        }

        // Counts are whole, and whole numbers are written many times faster than the shortest text of a double is found.
        Span<byte> room = json.Room(JsonBytes.NumberBytesMax);
        long whole = (long)value;
        bool isWhole = whole == value && Math.Abs(whole) < 1L << 53 && (whole != 0 || !double.IsNegative(value));
        json.Took(isWhole ? JsonBytes.Number(room, whole) : JsonBytes.Number(room, value));
    }

    private static byte[] Member(string name, bool first)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        byte[] room = new byte[JsonBytes.EscapedBytesMax(utf8.Length) + 2];
        int at = 0;
        if (!first)
        {
            room[at++] = (byte)',';
        }

        at += JsonBytes.Text(room.AsSpan(at), utf8);
        room[at++] = (byte)':';
        return room[..at];
    }

    private static int Put(Span<byte> output, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output[at..]);
        return at + bytes.Length;
    }
}
