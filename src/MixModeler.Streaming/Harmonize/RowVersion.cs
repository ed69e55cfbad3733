namespace MixModeler.Streaming.Harmonize;

/// <summary>
/// Which of two records of one row is the newer: its source's audit time, where a record without one is older than any with;
/// then its place in the log. A total order of the records themselves, so the order in which they arrive does not matter.
/// </summary>
/// <param name="IsAudited">It has an audit time.</param>
/// <param name="AuditMs">0 without one.</param>
/// <param name="Origin">Where the record first stood.</param>
/// <param name="Offset">Where it stands: behind its origin where it was put back, and then perhaps edited.</param>
internal readonly record struct RowVersion(bool IsAudited, long AuditMs, RecordOrigin Origin, long Offset)
{
    public int CompareTo(RowVersion other) =>
        (IsAudited, AuditMs, Origin.Offset, Origin.Partition, Offset)
            .CompareTo((other.IsAudited, other.AuditMs, other.Origin.Offset, other.Origin.Partition, other.Offset));
}
