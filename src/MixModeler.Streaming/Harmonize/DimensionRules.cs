using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

// Hot path, once per record. Budget: 0 B for a combination that was seen. Measured by HarmonizeBench.

/// <summary>
/// All dimensions of a dataset. Rules are asked the first time that a combination of source values is seen; after that its
/// hash finds what they said.
/// </summary>
internal sealed class DimensionRules
{
    // A combination takes some hundred bytes. When the table is full it begins anew.
    private const int SeenMax = 32_768;

    // Longer texts enter the hash by their own.
    private const int CopiedBytesMax = 64;

    private readonly DimensionRule[] rules;
    private readonly bool[] mandatory;
    private readonly int[] slots;
    private readonly Dictionary<Hash128, DimensionSet> seen = [];
    private readonly PackedWriter packed = new();
    private readonly PackedWriter keyText = new();
    private byte[] combination = new byte[512];

    public DimensionRules(DatasetPlan dataset, RecordFields fields)
    {
        rules = [.. dataset.Dimensions.Select(mapping => new DimensionRule(mapping, fields))];
        mandatory = [.. dataset.Dimensions.Select(mapping => dataset.Mandatory.Contains(mapping.Field))];
        slots = [.. rules.SelectMany(rule => rule.Slots).Distinct()];
        combination = new byte[slots.Length * (CopiedBytesMax + 2)];
    }

    public DimensionSet Evaluate(RecordFields fields)
    {
        Hash128 key = Combination(fields);
        if (!seen.TryGetValue(key, out DimensionSet? set))
        {
            if (seen.Count == SeenMax)
            {
                seen.Clear();
            }

            set = Ask(fields);
            seen.Add(key, set);
        }

        return set;
    }

    private Hash128 Combination(RecordFields fields)
    {
        Span<byte> room = combination;
        int used = 0;
        foreach (int slot in slots)
        {
            FieldKind kind = fields.Kind(slot);
            room[used++] = (byte)kind;
            if (!fields.HasText(slot))
            {
                continue;
            }

            ReadOnlySpan<byte> text = fields.Text(slot);
            if (text.Length <= CopiedBytesMax)
            {
                room[used++] = (byte)text.Length;
                text.CopyTo(room[used..]);
                used += text.Length;
            }
            else
            {
                Hash128 own = Hash128.Of(text);
                room[used++] = byte.MaxValue;
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(room[used..], own.High);
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(room[(used + 8)..], own.Low);
                used += 16;
            }
        }

        return Hash128.Of(room[..used]);
    }

    private DimensionSet Ask(RecordFields fields)
    {
        packed.Clear();
        keyText.Clear();
        bool[] present = new bool[rules.Length];
        (DatasetReason fault, string? detail, QuarantineCause? cause) = (DatasetReason.None, null, null);
        for (int i = 0; i < rules.Length; i++)
        {
            DatasetReason reason = rules[i].Evaluate(fields, out ReadOnlySpan<byte> value, out string? said, out QuarantineCause? unknown);
            present[i] = value.Length > 0;
            if (reason == DatasetReason.None && mandatory[i] && !present[i])
            {
                (reason, said) = (DatasetReason.FieldMissing, $"'{rules[i].Field}' is mandatory and Null.");
            }

            // What is wrong with the record comes before what is only unknown.
            bool isWorse = DatasetReasonText.IsQuarantine(fault) && reason != DatasetReason.None && !DatasetReasonText.IsQuarantine(reason);
            if (fault == DatasetReason.None || isWorse)
            {
                (fault, detail, cause) = (reason, said, unknown);
            }

            packed.VarUInt(present[i] ? (ulong)value.Length + 1 : 0);
            packed.Raw(value);
            keyText.Byte((byte)'|');
            RowKey.Write(keyText, present[i] ? value : default, isNull: !present[i]);
        }

        return new DimensionSet
        {
            Packed = packed.Written.ToArray(),
            Hash = Hash128.Of(packed.Written),
            KeyText = keyText.Written.ToArray(),
            Present = present,
            Fault = fault,
            Detail = detail,
            Cause = cause,
        };
    }
}
