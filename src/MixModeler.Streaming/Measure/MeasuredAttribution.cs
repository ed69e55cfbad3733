using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Measure;

/// <summary>An attribution model as it stands, over all partitions.</summary>
/// <param name="Name">In the topology.</param>
/// <param name="Identity">Of everything that decides the scores.</param>
/// <param name="Channels">By id, as in the totals.</param>
/// <param name="Totals">Sums over all journeys that hold now.</param>
/// <param name="Days">By day of the conversion, oldest first.</param>
public sealed record MeasuredAttribution(
    string Name, string Identity, IReadOnlyList<string> Channels, AttributionTotals Totals, IReadOnlyList<AttributionDay> Days)
{
    /// <summary>The last day whose conversions cannot change any more; null where nobody knows.</summary>
    public DateOnly? SettledThrough { get; init; }
}
