namespace MixModeler.Streaming.Perf;

/// <summary>A benchmark that `bench NAME` runs.</summary>
public interface IBench
{
    /// <summary>As typed after `bench`.</summary>
    string Name { get; }

    /// <summary>One sentence for the help.</summary>
    string Summary { get; }

    Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop);
}

/// <summary>How to run.</summary>
/// <param name="Quick">A short run that shows that it works; its figures are not kept.</param>
/// <param name="Say">Progress, on standard error.</param>
public sealed record BenchSettings(bool Quick, Action<string> Say);
