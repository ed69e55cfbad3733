using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Harmonize;

/// <summary>Types that a dataset declares. A value may also be a text that reads as its type, as files give it.</summary>
internal sealed class DeclaredTypes(DatasetPlan dataset, RecordFields fields)
{
    private readonly (int Slot, FieldType Type)[] declared = [.. dataset.Fields.Select(field => (fields.SlotOf(field.Path), field.Type))];

    public DatasetReason Check(out string? detail)
    {
        foreach ((int slot, FieldType type) in declared)
        {
            FieldKind kind = fields.Kind(slot);
            bool isNothing = kind is FieldKind.Missing or FieldKind.Null || (kind == FieldKind.Text && type != FieldType.String && fields.Text(slot).IsEmpty);
            DatasetReason reason = isNothing ? DatasetReason.None : CheckOne(slot, kind, type);
            if (reason != DatasetReason.None)
            {
                detail = $"'{fields.Path(slot)}' is declared as {type}, it is {MetricRules.Shown(fields, slot)}.";
                return reason;
            }
        }

        detail = null;
        return DatasetReason.None;
    }

    private DatasetReason CheckOne(int slot, FieldKind kind, FieldType type)
    {
        switch (type)
        {
            case FieldType.String:
                return Wrong(kind != FieldKind.Text);
            case FieldType.Bool:
                return Wrong(kind is not (FieldKind.True or FieldKind.False)
                    && !(kind == FieldKind.Text && (fields.Text(slot).SequenceEqual("true"u8) || fields.Text(slot).SequenceEqual("false"u8))));
            case FieldType.Timestamp:
                return Wrong(kind != FieldKind.Text || !RecordDate.TryParse(fields.Text(slot), out _, out _));
            case FieldType.List:
                return Wrong(kind != FieldKind.List);
            case FieldType.Map:
                return Wrong(kind != FieldKind.Object);
            default:
                DatasetReason reason = MetricRules.ReadAmount(fields, slot, out ExactAmount amount, out _, out _);
                return reason == DatasetReason.None && type == FieldType.Int ? Wrong(!amount.IsWhole) : reason;
        }
    }

    private static DatasetReason Wrong(bool isWrong) => isWrong ? DatasetReason.WrongType : DatasetReason.None;
}
