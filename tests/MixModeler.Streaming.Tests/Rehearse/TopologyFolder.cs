using MixModeler.Streaming.Rehearse;

namespace MixModeler.Streaming.Tests.Rehearse;

/// <summary>A folder on disk with a topology and its tests, for one test.</summary>
internal sealed class TopologyFolder : IDisposable
{
    public const string Small = """
        topology: small
        tenant: acme
        source: { identity: [user], deduplicate: 1d, lateness: 1h }
        features:
          - { name: clicks, count: click }
        model: { name: signs-up, label: { event: signup, within: 7d }, baseRate: 0.02, profile: _acme.signsUp }
        """;

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("mixmodeler-");

    public TopologyFolder(string topology = Small, string name = "small")
    {
        Full = Path.Combine(root.FullName, name);
        Directory.CreateDirectory(Path.Combine(Full, "tests"));
        Write("topology.yaml", topology);
    }

    public string Full { get; }

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Full, file), text);

    public string Read(string file) => File.ReadAllText(Path.Combine(Full, file));

    public Task<RehearsalReport> RunAsync(RehearsalOptions? options = null) =>
        Rehearsal.RunAsync([Full], options ?? new RehearsalOptions(), TestContext.Current.CancellationToken);

    /// <summary>The report of one test file; problems and differences with the folder's path taken away.</summary>
    public async Task<(RehearsalReport Report, string[] Said)> TestAsync(string test, RehearsalOptions? options = null)
    {
        Write("tests/t.yaml", test);
        RehearsalReport report = await RunAsync(options);
        return (report, [.. report.Invalid.Concat(report.Tests.SelectMany(its => its.Problems)).Select(problem => Short(problem.ToString()))]);
    }

    public string Short(string text) => text.Replace(Full + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    public void Dispose() => root.Delete(recursive: true);
}
