using System.Globalization;
using System.Text;
using MixModeler.Streaming.Topology.Datasets;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Harmonize;

/// <summary>
/// Which row a record is about. The key is a text, so that a record without a value can name it by its own key: a single value as
/// it is, several as `2021-12-31|YouTube|\N` with `\N` for Null and a backslash before `|` and `\`.
/// </summary>
internal sealed class RowKey
{
    private readonly int[] paths;
    private readonly int id;
    private readonly int externalKey;
    private readonly bool isReplacement;
    private readonly byte[][] prefixes;
    private readonly PackedWriter text = new();

    public RowKey(DatasetPlan dataset, RecordFields fields)
    {
        paths = [.. dataset.RowKeyPaths.Select(fields.SlotOf)];
        id = fields.SlotOf("_id");
        externalKey = fields.SlotOf("extSourceSystemAudit.externalKey");
        isReplacement = dataset.Restatement == Restatement.Replacement;
        prefixes = [.. dataset.Ids.Select(one => Encoding.UTF8.GetBytes(one + "/"))];
    }

    /// <summary>Only the date and the dimensions tell which row it is.</summary>
    public bool NeedsDimensions(RecordFields fields) => isReplacement && !IsNamed(fields);

    /// <summary>The record itself names its row, without the date and the dimensions.</summary>
    public bool IsNamed(RecordFields fields) => paths.Length > 0 || IsNamed(fields, id) || IsNamed(fields, externalKey);

    /// <summary>A record's own key, with or without `DATASET-ID/` in front.</summary>
    public Hash128 OfRecordKey(ReadOnlySpan<byte> key)
    {
        foreach (byte[] prefix in prefixes)
        {
            if (key.StartsWith(prefix))
            {
                return Hash128.Of(key[prefix.Length..]);
            }
        }

        return Hash128.Of(key);
    }

    /// <param name="fields">Of the record.</param>
    /// <param name="origin">Names the row where nothing else does and each record is a row of its own.</param>
    /// <param name="day">Of the row.</param>
    /// <param name="dimensions">Of the row; may be null where they are not needed.</param>
    /// <param name="key">Its hash.</param>
    /// <param name="detail">What is wrong, if anything is.</param>
    public DatasetReason Of(RecordFields fields, RecordOrigin origin, int day, DimensionSet? dimensions, out Hash128 key, out string? detail)
    {
        text.Clear();
        key = default;
        DatasetReason reason;
        if (paths.Length > 0)
        {
            reason = WritePaths(fields, out detail);
        }
        else if (IsNamed(fields, id) || IsNamed(fields, externalKey))
        {
            reason = WriteOne(fields, IsNamed(fields, id) ? id : externalKey, isAlone: true, out detail);
        }
        else
        {
            (reason, detail) = (DatasetReason.None, null);
            WriteDefault(origin, day, dimensions);
        }

        key = Hash128.Of(text.Written);
        return reason;
    }

    /// <summary>One value among several.</summary>
    public static void Write(PackedWriter writer, ReadOnlySpan<byte> value, bool isNull)
    {
        if (isNull)
        {
            writer.Raw("\\N"u8);
            return;
        }

        foreach (byte b in value)
        {
            if (b is (byte)'|' or (byte)'\\')
            {
                writer.Byte((byte)'\\');
            }

            writer.Byte(b);
        }
    }

    private void WriteDefault(RecordOrigin origin, int day, DimensionSet? dimensions)
    {
        Span<byte> room = text.Room(48);
        if (isReplacement)
        {
            DateOnly.FromDayNumber(day).TryFormat(room, out int written, "yyyy-MM-dd", CultureInfo.InvariantCulture);
            text.Took(written);
            text.Raw(dimensions!.KeyText);
            return;
        }

        origin.Partition.TryFormat(room, out int first, default, CultureInfo.InvariantCulture);
        room[first] = (byte)':';
        origin.Offset.TryFormat(room[(first + 1)..], out int second, default, CultureInfo.InvariantCulture);
        text.Took(first + 1 + second);
    }

    private DatasetReason WritePaths(RecordFields fields, out string? detail)
    {
        bool any = false;
        for (int i = 0; i < paths.Length; i++)
        {
            if (i > 0)
            {
                text.Byte((byte)'|');
            }

            any |= fields.Exists(paths[i]);
            DatasetReason reason = WriteOne(fields, paths[i], paths.Length == 1, out detail);
            if (reason != DatasetReason.None)
            {
                return reason;
            }
        }

        detail = any ? null : $"None of the paths that name a row is there, '{fields.Path(paths[0])}' first.";
        return any ? DatasetReason.None : DatasetReason.FieldMissing;
    }

    private DatasetReason WriteOne(RecordFields fields, int slot, bool isAlone, out string? detail)
    {
        detail = null;
        if (!fields.Exists(slot))
        {
            Write(text, [], isNull: true);
            return DatasetReason.None;
        }

        if (!fields.HasText(slot) || fields.Text(slot).Length > DimensionRule.TextBytesMax)
        {
            detail = $"'{fields.Path(slot)}' names a row: it must be a text, a number or a boolean of at most {DimensionRule.TextBytesMax} bytes.";
            return DatasetReason.WrongType;
        }

        if (isAlone)
        {
            text.Raw(fields.Text(slot));
        }
        else
        {
            Write(text, fields.Text(slot), isNull: false);
        }

        return DatasetReason.None;
    }

    private static bool IsNamed(RecordFields fields, int slot) => fields.Exists(slot) && !(fields.Kind(slot) == FieldKind.Text && fields.Text(slot).IsEmpty);
}
