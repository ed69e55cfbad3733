using MixModeler.Streaming.Generate;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Learn.Offline;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench learning`: how well the learner predicts on the generator's stream, beside an offline logistic regression over the
/// same point-in-time examples, and what the leaky sampling of the notebooks would have claimed.
/// </summary>
internal sealed class LearningBench : IBench
{
    public string Name => "learning";

    public string Summary => "quality of the learner on generated events, beside offline logistic regressions";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        TopologyPlan plan = Shipped.LumaPropensity();
        LumaGenerator generator = new(new GeneratorOptions { Users = settings.Quick ? 2_000 : 20_000 });
        using MemoryStream lines = new();
        List<string> types = Write(generator, lines);
        settings.Say($"{types.Count} events");
        (LearningReport report, Quality _) = await LearningStream.ReportAsync(plan, lines, types, TimeProvider.System, stop);
        settings.Say(report.ToString());
        List<BenchRow> rows = [];
        foreach (LearningRow row in report.Rows)
        {
            LearningRow peer = report.Rows.First(other => other.Sampling == row.Sampling && other.Method == "offline, fitted to all, tested on all");
            string? peerName = row == peer ? null : peer.Method;
            rows.Add(new($"{row.Sampling}: {row.Method}, AUC", row.Auc, "AUC", peerName, row == peer ? null : peer.Auc));
            rows.Add(new($"{row.Sampling}: {row.Method}, log-loss", row.LogLoss, "nats", peerName, row == peer ? null : peer.LogLoss));
        }

        return rows;
    }

    private static List<string> Write(LumaGenerator generator, MemoryStream lines)
    {
        List<string> types = [];
        while (generator.TryNext(out GeneratedRecord record))
        {
            lines.Write(record.Value);
            lines.WriteByte((byte)'\n');
            types.Add(LumaBehavior.Of(record.Type).Name);
        }

        lines.Position = 0;
        return types;
    }
}
