using System.Collections.Immutable;
using MixModeler.Streaming.Harmonize.Table;

namespace MixModeler.Streaming.Mix;

/// <summary>Where a column of a model comes from in the harmonized table.</summary>
/// <param name="Name">As the spec names it: its target, or a column of a channel, spend, credit or control.</param>
/// <param name="Field">A metric or a derived field; where <paramref name="IsFactor"/> says so, the name of a factor.</param>
/// <param name="Filters">Which rows are a touchpoint's or a conversion's; none for a factor.</param>
/// <param name="IsFactor">Whether it is read as a factor: an actual value before a forecast, the newest before an older one.</param>
public sealed record MixColumn(string Name, string Field, ImmutableArray<GridFilter> Filters, bool IsFactor = false);
