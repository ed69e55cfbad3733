using System.Text;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Ingest.Files;

/// <summary>
/// The key under which a record is sent, so that all versions of a row lie in one partition, where the later one is told from the
/// earlier.
/// </summary>
/// <remarks>
/// A row that is named by its date and mapped dimensions is keyed by the date alone: what its dimensions are is decided by rules
/// that change, and a row must not move to another partition with them.
/// </remarks>
internal sealed class RowNaming(RecordForm form, EventReader? events)
{
    private readonly RecordBatch one = new();

    public RecordForm Form => form;

    /// <summary>Whether the record needs an `_id` made of its content.</summary>
    public bool NeedsId(string? id, string? externalKey) => form.HasContentIds && id is null && (form.IsEvent || externalKey is null);

    /// <param name="id">Its `_id`, given or made; null where it has none.</param>
    /// <param name="externalKey">At `extSourceSystemAudit.externalKey`; null where nothing is there.</param>
    /// <param name="rowKey">The values of the form's row key, by path.</param>
    /// <param name="date">The value of the date's path.</param>
    /// <param name="record">The whole record.</param>
    public string KeyOf(string? id, string? externalKey, IReadOnlyList<string?> rowKey, string? date, ReadOnlySpan<byte> record)
    {
        if (form.IsEvent)
        {
            return VisitorOf(record) ?? id ?? "";
        }

        return rowKey.Count > 0 ? string.Join('\u001F', rowKey) : id ?? externalKey ?? $"{form.Dataset} {LocalDate(date)}";
    }

    /// <summary>Reads events as the main job would; null where no topology tells whose they are.</summary>
    public static EventReader? ReaderOf(RecordForm form, TopologyPlan? plan) =>
        form.IsEvent && plan is { Source.IdentityPaths.IsEmpty: false } ? new EventReader(plan) : null;

    // The date as written, without time and offset: a row that is restated with another time of the day is the same.
    private static string LocalDate(string? date) => date is { Length: > 10 } && date[4] == '-' && date[7] == '-' ? date[..10] : date ?? "";

    private string? VisitorOf(ReadOnlySpan<byte> record)
    {
        if (events is null)
        {
            return null;
        }

        one.Clear();
        one.Add(0, 0, [], record);
        EventBatch read = events.Read(one);
        return read[0].Rejection == Rejection.None ? Encoding.UTF8.GetString(read.Visitor(0)) : null;
    }
}
