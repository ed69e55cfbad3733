using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology;

/// <summary>An attribution model: which events are conversions, which are touches, and how the first are shared among the second.</summary>
public sealed record AttributionPlan
{
    public required string Name { get; init; }

    /// <summary>Of everything that decides the scores; another one is another model, made anew from the log.</summary>
    public string Identity { get; init; } = "";

    public required EventMatch Conversion { get; init; }

    /// <summary>Path of a conversion's worth; null counts each as 1.</summary>
    public string? ValuePath { get; init; }

    /// <summary>In the order of their channels' numbers.</summary>
    public required ImmutableArray<TouchChannelPlan> Touchpoints { get; init; }

    /// <summary>The eligible population: only events like this count; null counts all.</summary>
    public EventMatch? Eligible { get; init; }

    /// <summary>A touch this long before a conversion, or longer, has no part in it.</summary>
    public TimeSpan Lookback { get; init; } = TimeSpan.FromDays(56);

    /// <summary>Of the rule of decay.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long after the last event a visitor still counts as somebody who could convert.</summary>
    public TimeSpan AtRisk { get; init; } = TimeSpan.FromDays(56);

    /// <summary>Event time between one version of what touches add and the next.</summary>
    public TimeSpan Renew { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Whether a conversion uses up the touches before it.</summary>
    public bool BeginsAfterConversion { get; init; }

    /// <summary>Whether somebody who converted cannot convert again.</summary>
    public bool ConvertsOnce { get; init; }

    /// <summary>Touches that a Markov state remembers, 1 to 4.</summary>
    public int Order { get; init; } = 1;

    /// <summary>Chance of a conversion on a day without any touch, before anything was learned.</summary>
    public double DailyRate { get; init; } = 0.001;

    /// <summary>Path of the region, which scores name as their segment; null for none.</summary>
    public string? RegionPath { get; init; }

    /// <summary>Conversions after which a region's own survival model makes its scores; 0 where all regions share one.</summary>
    public int RegionConversions { get; init; }

    /// <summary>Event time after which what the survival model learned counts half; null where all counts alike.</summary>
    public TimeSpan? TrainingHalfLife { get; init; }

    /// <summary>Paths of the conversion's event that scores carry on.</summary>
    public ImmutableArray<string> Passthrough { get; init; } = [];

    /// <summary>Path of a whole number: of two events with the same id the higher one counts.</summary>
    public string? VersionPath { get; init; }

    /// <summary>Path of a boolean: true takes the event with this id away.</summary>
    public string? RemovedPath { get; init; }

    /// <summary>Path of another id of the same visitor.</summary>
    public string? SameAsPath { get; init; }
}

/// <summary>A channel, and the events that are touches of it.</summary>
public sealed record TouchChannelPlan(string Name, EventMatch Match);
