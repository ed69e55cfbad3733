using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MixModeler.Streaming.Perf;

/// <summary>Prints rows as a table or as JSON and appends them to `perf/results/NAME.json`.</summary>
public static class BenchReport
{
    // Enough to see a trend, small enough to read in a diff.
    private const int RunsKept = 20;

    public static void Print(IReadOnlyList<BenchRow> rows, bool asJson, TextWriter output)
    {
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(rows, BenchJson.Default.IReadOnlyListBenchRow));
            return;
        }

        int nameWidth = rows.Max(row => row.Name.Length);
        int peerWidth = Math.Max(4, rows.Max(row => row.Peer?.Length ?? 0));
        output.WriteLine($"{"name".PadRight(nameWidth)}  {"value",14}  {"unit",-12}  {"peer".PadRight(peerWidth)}  {"peer value",14}  {"ratio",6}");
        foreach (BenchRow row in rows)
        {
            string peer = (row.Peer ?? "").PadRight(peerWidth);
            string ratio = row.Ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";
            output.WriteLine($"{row.Name.PadRight(nameWidth)}  {Text(row.Value),14}  {row.Unit,-12}  {peer}  {Text(row.PeerValue),14}  {ratio,6}");
        }
    }

    /// <summary>Appends a run; returns the file, or null where the repository is not at hand.</summary>
    public static string? Keep(string bench, IReadOnlyList<BenchRow> rows, MachineFacts machine, TimeProvider time)
    {
        string? root = RepositoryRoot();
        if (root is null)
        {
            return null;
        }

        string file = Path.Combine(root, "perf", "results", bench + ".json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        List<BenchRun> runs = File.Exists(file)
            ? JsonSerializer.Deserialize(File.ReadAllText(file), BenchJson.Default.ListBenchRun) ?? []
            : [];
        runs.Add(new BenchRun(bench, time.GetUtcNow(), machine, rows));
        runs.RemoveRange(0, Math.Max(0, runs.Count - RunsKept));
        File.WriteAllText(file, JsonSerializer.Serialize(runs, BenchJson.Default.ListBenchRun) + "\n");
        return file;
    }

    /// <summary>Call it twice, around the run: steal is what the host took away in between.</summary>
    public static MachineFacts Machine((long Steal, long All) before)
    {
        (long steal, long all) = CpuTicks();
        double stealPercent = all > before.All ? 100.0 * (steal - before.Steal) / (all - before.All) : 0;
        return new MachineFacts(
            CpuName(),
            Environment.ProcessorCount,
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            LoadAverage(),
            Math.Round(stealPercent, 2));
    }

    /// <summary>Ticks of all processors since boot: stolen, and all together; zeros where there is no /proc.</summary>
    public static (long Steal, long All) CpuTicks()
    {
        if (!File.Exists("/proc/stat"))
        {
            return default;
        }

        long[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1).Take(8).Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        return (ticks[7], ticks.Sum());
    }

    private static string? RepositoryRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "MixModeler.Streaming.sln")))
            {
                return at.FullName;
            }
        }

        return null;
    }

    private static string CpuName()
    {
        if (!File.Exists("/proc/cpuinfo"))
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static double LoadAverage() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : 0;

    private static string Text(double? value) => value switch
    {
        null => "",
        >= 1_000 => value.Value.ToString("#,0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
