using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Datasets;

/// <summary>
/// A first draft of a dataset, guessed from the names of its columns and from what stands in them: a dimension takes a field as it
/// is, a metric is summed. <see cref="ToYaml"/> writes it as a part of a topology.
/// </summary>
public sealed record MappingSuggestion
{
    public required string Dataset { get; init; }

    public required DatasetCategory Category { get; init; }

    /// <summary>Guessed from the gaps between dates; daily where there are no two.</summary>
    public Grain Granularity { get; init; } = Grain.Daily;

    /// <summary>The day on which all dates of weekly rows fall; null where nothing tells.</summary>
    public DayOfWeek? StartOfWeek { get; init; }

    /// <summary>The column of the date; null where none looks like one.</summary>
    public string? DatePath { get; init; }

    /// <summary>The column in which a row names its own granularity.</summary>
    public string? DateTypePath { get; init; }

    /// <summary>The column that tells when a row was last changed.</summary>
    public string? VersionPath { get; init; }

    public ImmutableArray<SuggestedMapping> Mappings { get; init; } = [];

    /// <summary>Columns for which there is no guess.</summary>
    public ImmutableArray<string> Unmapped { get; init; } = [];

    /// <param name="dataset">Its name; made one where it is none.</param>
    /// <param name="columns">Of its records.</param>
    /// <param name="dictionary">The harmonized fields there are; null for the built-in ones.</param>
    public static MappingSuggestion For(string dataset, IEnumerable<SampleColumn> columns, IEnumerable<HarmonizedField>? dictionary = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(columns);
        return new ColumnMatch([.. columns], [.. dictionary ?? GlobalFields.All]).Suggest(ColumnMatch.NameOf(dataset, "dataset"));
    }

    /// <summary>The sections `datasets` and, where new fields are needed, `fields`.</summary>
    public string ToYaml() => SuggestionText.Of(this);
}

/// <summary>A guess.</summary>
/// <param name="Column">What is mapped; null counts records.</param>
/// <param name="Field">To what.</param>
/// <param name="IsNew">The dictionary has no such field yet.</param>
/// <param name="Confidence">1 for the same name, less for less.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record SuggestedMapping(string? Column, HarmonizedField Field, bool IsNew, double Confidence, string Reason);
