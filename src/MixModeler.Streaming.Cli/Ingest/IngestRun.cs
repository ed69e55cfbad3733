using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest.Files;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Cli.Ingest;

/// <summary>Sends files one after the other, and remembers how far each got.</summary>
internal sealed class IngestRun(RecordForm form, TopologyPlan? plan, IRecordSink? sink, string deadLetterTopic, IngestReport report)
{
    /// <param name="Folder">Where progress is kept; null keeps none.</param>
    /// <param name="Brokers">Progress is one cluster's.</param>
    /// <param name="ForgetsEarlier">Send from the beginning.</param>
    public sealed record Resume(FileProgressFolder? Folder, string Brokers, bool ForgetsEarlier);

    /// <returns>And whether anything of the file could be read.</returns>
    public async Task<(FileTotals Totals, bool IsRead)> RunAsync(
        IngestInput input, Resume resume, byte? delimiter, long fromLine, CancellationToken stop)
    {
        string name = $"{input.FullName}|{form.Dataset}|{form.Topic}|{form.Deletes}|{resume.Brokers}";
        FileProgress? known = resume.ForgetsEarlier ? null : resume.Folder?.Find(name);
        if (known is not null && known.Naming != form.Naming)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"{input.Name} was sent with rows named otherwise ({known.Naming}, now {form.Naming}): sent again, they would stand beside the old ones. "
                + "Delete those first (--delete, with the topology of then), or say --again if the dataset begins anew.");
        }

        report.Begin(input.Name, input.Bytes);
        FileDelivery delivery = new(form, plan, sink, new FileDeliveryOptions
        {
            Name = input.Name,
            DeadLetterTopic = deadLetterTopic,
            Delimiter = delimiter,
            FromLine = fromLine,
            TimestampMs = input.TimestampMs,
            Refused = report.Refused,
            Acknowledged = progress => resume.Folder?.Keep(name, progress),
            Progressed = report.Progressed,
        });
        try
        {
            RowFault? fault = await delivery.RunAsync(input.Open, known, stop);
            report.End(delivery.Totals, delivery.WasChanged, fault);
            return (delivery.Totals, fault is null);
        }
        catch (TaskLostException lost)
        {
            throw new CommandException(ExitCode.Unavailable, $"{lost.Message} {(resume.Folder is null ? "Run it again." : "Run it again: it goes on from what arrived.")}");
        }
    }
}
