namespace MixModeler.Streaming.Generate;

/// <summary>One record before its bytes are written: 24 B, because millions of them are sorted in memory.</summary>
internal readonly record struct PlannedRecord(
    long DeliveredMs,
    long OccurredMs,
    int Visitor,
    ushort Ordinal,
    LumaEventType Type,
    RecordKind Kind);

/// <summary>Order of delivery. Total, so an unstable sort gives one result; an original stands before its copies.</summary>
internal readonly struct DeliveryOrder : IComparer<PlannedRecord>
{
    public int Compare(PlannedRecord left, PlannedRecord right)
    {
        int order = left.DeliveredMs.CompareTo(right.DeliveredMs);
        if (order == 0)
        {
            order = left.Visitor.CompareTo(right.Visitor);
        }

        if (order == 0)
        {
            order = left.Ordinal.CompareTo(right.Ordinal);
        }

        return order != 0 ? order : ((byte)left.Kind).CompareTo((byte)right.Kind);
    }
}
