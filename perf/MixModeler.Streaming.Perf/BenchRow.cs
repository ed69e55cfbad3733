using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Perf;

/// <summary>One measured figure, beside what it was measured against.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">"events/s", "ns", "B" …; it tells whether more is better.</param>
/// <param name="Peer">What ran beside it in the same minute, or null.</param>
/// <param name="PeerValue">The peer's figure in the same unit.</param>
public sealed record BenchRow(string Name, double Value, string Unit, string? Peer = null, double? PeerValue = null)
{
    /// <summary>Value over the peer's value: for rates above 1 is faster than the peer, for times below 1 is.</summary>
    public double? Ratio => PeerValue is double peer && peer != 0 ? Value / peer : null;
}

/// <summary>Rows of one run, with the facts of the machine that they depend on.</summary>
public sealed record BenchRun(string Bench, DateTimeOffset At, MachineFacts Machine, IReadOnlyList<BenchRow> Rows);

/// <summary>What a reader must know before comparing two runs.</summary>
public sealed record MachineFacts(string Cpu, int Processors, string System, string Runtime, double LoadAverage, double StealPercent);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<BenchRun>))]
[JsonSerializable(typeof(IReadOnlyList<BenchRow>))]
internal sealed partial class BenchJson : JsonSerializerContext;
