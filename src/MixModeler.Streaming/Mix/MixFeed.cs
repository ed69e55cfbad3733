using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Mix;

/// <summary>How a model's periods are read off the harmonized table.</summary>
public sealed record MixFeed
{
    /// <summary>Daily or Weekly. Weeks begin as the datasets' do; datasets that disagree make no common weeks.</summary>
    public required Grain Grain { get; init; }

    /// <summary>One for each column that the spec names; a channel, a control or a credit may share one.</summary>
    public required ImmutableArray<MixColumn> Columns { get; init; }

    /// <summary>The first day of the training window; null begins with the first outcome.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The last day of the training window; null goes on.</summary>
    public DateOnly? To { get; init; }
}
