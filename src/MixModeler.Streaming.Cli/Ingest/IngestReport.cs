using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Ingest.Files;

namespace MixModeler.Streaming.Cli.Ingest;

/// <summary>What a person sees: refused rows and how far it is on standard error, the end on standard output.</summary>
internal sealed class IngestReport(bool isLive)
{
    // Whoever has more has one mistake many times; all of them are dead letters.
    private const int RefusedShownMax = 20;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private string file = "";
    private long? fileBytes;
    private long began;
    private long shownAt;
    private int refused;

    public void Begin(string name, long? bytes)
    {
        (file, fileBytes, refused) = (name, bytes, 0);
        began = shownAt = TimeProvider.System.GetTimestamp();
    }

    public void Refused(string place)
    {
        if (++refused <= RefusedShownMax)
        {
            Clear();
            Console.Error.WriteLine(place);
        }
        else if (refused == RefusedShownMax + 1)
        {
            Console.Error.WriteLine($"{file}: more rows are refused; each is a dead letter.");
        }
    }

    public void Progressed(FileTotals totals)
    {
        if (!isLive || TimeProvider.System.GetElapsedTime(shownAt) < Pace)
        {
            return;
        }

        shownAt = TimeProvider.System.GetTimestamp();
        double seconds = Math.Max(0.001, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        string share = fileBytes is > 0 ? string.Create(CultureInfo.InvariantCulture, $"  {100.0 * totals.Bytes / fileBytes.Value:F0} %") : "";
        Console.Error.Write(string.Create(
            CultureInfo.InvariantCulture, $"\r\x1b[K{file}{share}  {totals.Rows:N0} rows, {totals.Rows / seconds:N0} rows/s, {totals.Refused:N0} refused"));
    }

    public void End(FileTotals totals, bool wasChanged, RowFault? fault)
    {
        Clear();
        if (fault is not null)
        {
            Console.Error.WriteLine($"{file}:{fault.Line}:{fault.Column}: {fault.Sentence}");
        }

        if (wasChanged)
        {
            Console.Error.WriteLine($"{file}: what was sent of it before has changed, so it was sent again from its beginning.");
        }
        else if (totals.ResumedAt is { } at)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: went on at byte {at:N0}, where an earlier run had ended."));
        }
    }

    public static void Print(IReadOnlyList<(string File, FileTotals Totals)> files, bool json, bool isDry)
    {
        long Sum(Func<FileTotals, long> of) => files.Sum(file => of(file.Totals));
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    rows = Sum(t => t.Rows),
                    sent = isDry ? 0 : Sum(t => t.Sent),
                    refused = Sum(t => t.Refused),
                    skipped = Sum(t => t.Skipped),
                    bytes = Sum(t => t.Bytes),
                    resumedAt = files.Count == 1 ? files[0].Totals.ResumedAt : null,
                    files = files.Select(file => new
                    {
                        file = file.File,
                        file.Totals.Rows,
                        sent = isDry ? 0 : file.Totals.Sent,
                        file.Totals.Refused,
                        file.Totals.Skipped,
                        file.Totals.Bytes,
                        file.Totals.ResumedAt,
                    }),
                },
                JsonSerializerOptions.Web));
            return;
        }

        foreach ((string file, FileTotals t) in files)
        {
            string sent = isDry ? "would be sent" : "sent";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{file}: {t.Rows:N0} rows, {t.Sent:N0} {sent}, {t.Refused:N0} refused, {t.Skipped:N0} skipped"));
        }
    }

    private void Clear()
    {
        if (isLive)
        {
            Console.Error.Write("\r\x1b[K");
        }
    }
}
