using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Operate;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// Carries what this engine's comparison of two versions has come to into the control log, where every engine finds it: every two
/// seconds while a change runs in the shadow, if there is something new, and once more when it has ended.
/// </summary>
public sealed class DivergenceLog : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    // Half of what brokers take as one message.
    private const int ReportBytesMax = 500_000;

    private readonly string engine;
    private readonly LiveTopology live;
    private readonly VersionComparisons comparisons;
    private readonly ControlLogWriter writer;
    private readonly TimeProvider clock;
    private readonly Report report;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;
    private string? followed;
    private byte[] written = [];

    /// <param name="engine">Names the engine in the log.</param>
    /// <param name="live">Says which change runs beside.</param>
    /// <param name="comparisons">Of this process.</param>
    /// <param name="writer">Appends to the control log.</param>
    /// <param name="clock">Time of the records.</param>
    /// <param name="report">Takes sentences for the operator.</param>
    public DivergenceLog(
        string engine, LiveTopology live, VersionComparisons comparisons, ControlLogWriter writer, TimeProvider clock, Report report)
    {
        this.engine = engine;
        this.live = live;
        this.comparisons = comparisons;
        this.writer = writer;
        this.clock = clock;
        this.report = report;
        loop = Task.Run(() => RunAsync(stopping.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        using PeriodicTimer tick = new(Every, clock);
        while (await tick.WaitForNextTickAsync(stop))
        {
            string? open = live.Order.Change is { RunsBeside: true } change ? change.Id : null;
            if (followed is not null && followed != open)
            {
                await WriteAsync(followed, stop);
                comparisons.Forget(followed);
                followed = null;
            }

            if (open is not null)
            {
                followed = open;
                await WriteAsync(open, stop);
            }
        }
    }

    private async Task WriteAsync(string change, CancellationToken stop)
    {
        if (comparisons.ReportOf(change) is not { } found)
        {
            return;
        }

        JsonElement json = Bounded(found);
        byte[] text = Encoding.UTF8.GetBytes(json.GetRawText());
        if (written.AsSpan().SequenceEqual(text))
        {
            return;
        }

        try
        {
            DivergenceRecord record = new() { At = clock.GetUtcNow(), Report = json };
            await writer.AppendAsync([ControlEntry.Of(live.Order.Active.Name, change, engine, record)], stop);
            written = text;
        }
        catch (TaskLostException away)
        {
            report(Severity.Warning, $"What a comparison of versions has come to did not reach the control log and is sent again: {away.Message}");
        }
    }

    /// <summary>What people can do without goes first.</summary>
    internal static JsonElement Bounded(DivergenceReport report, int bytesMax = ReportBytesMax)
    {
        JsonElement whole = Json(report);
        if (BytesOf(whole) > bytesMax)
        {
            whole = Json(report with { Examples = [], Decisions = [.. report.Decisions.Select(scope => scope with { Moves = [] })] });
        }

        return BytesOf(whole) <= bytesMax
            ? whole
            : Json(report with { Examples = [], Decisions = [], Features = [], FeaturesOnlyLeft = [], FeaturesOnlyRight = [] });
    }

    private static int BytesOf(JsonElement json) => Encoding.UTF8.GetByteCount(json.GetRawText());

    private static JsonElement Json(DivergenceReport report) => JsonSerializer.SerializeToElement(report, DivergenceJson.Default.DivergenceReport);
}
