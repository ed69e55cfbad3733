using System.Buffers.Text;
using System.Text;
using MixModeler.Streaming.Harmonize;
using MixModeler.Streaming.Score.Cel;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Attribute;

/// <summary>Whether an event is one of those that a match names. Not thread-safe.</summary>
internal sealed class EventQuestion
{
    private readonly int slot;
    private readonly byte[][] values;
    private readonly CelProgram? condition;
    private readonly int[] read;
    private readonly CelValue[] slots;

    /// <param name="match">What to ask.</param>
    /// <param name="fields">Not complete yet.</param>
    public EventQuestion(EventMatch match, RecordFields fields)
    {
        slot = match.Path.Length == 0 ? -1 : fields.SlotOf(match.Path);
        values = [.. match.Values.Select(Encoding.UTF8.GetBytes)];
        condition = match.When?.Program;
        read = [.. (match.When?.Paths ?? []).Select(fields.SlotOf)];
        slots = new CelValue[read.Length];
    }

    public bool Holds(RecordFields fields) => (slot < 0 || IsNamed(fields)) && (condition is null || IsTrue(condition, fields));

    private bool IsNamed(RecordFields fields)
    {
        if (!fields.HasText(slot))
        {
            return false;
        }

        foreach (byte[] value in values)
        {
            if (fields.Text(slot).SequenceEqual(value))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsTrue(CelProgram program, RecordFields fields)
    {
        for (int i = 0; i < read.Length; i++)
        {
            slots[i] = ValueOf(fields, read[i]);
        }

        return program.TryBool(slots, out bool holds, out _) && holds;
    }

    private static CelValue ValueOf(RecordFields fields, int slot) => fields.Kind(slot) switch
    {
        FieldKind.Null => CelValue.Null,
        FieldKind.True => CelValue.True,
        FieldKind.False => CelValue.False,
        FieldKind.Text => fields.CelText(slot),
        FieldKind.Number => Number(fields.Text(slot)),
        FieldKind.Object or FieldKind.List when CelJson.TryParse(fields.Text(slot), out CelValue value, out _) => value,
        _ => CelValue.Absent,
    };

    private static CelValue Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long whole, out int used) && used == text.Length ? CelValue.Of(whole)
        : Utf8Parser.TryParse(text, out double number, out used) && used == text.Length ? CelValue.Of(number)
        : CelValue.Absent;
}
