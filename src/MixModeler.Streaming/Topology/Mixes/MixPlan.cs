using System.Collections.Immutable;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>A marketing-mix model of a topology: what it is, and where its numbers come from.</summary>
public sealed record MixPlan
{
    public required string Name { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Of everything that decides what is learned; another one is another model, made anew from the table.</summary>
    public string Identity { get; init; } = "";

    /// <summary>Daily or Weekly. Weeks begin as the datasets' do; datasets that disagree make no common weeks.</summary>
    public Grain Grain { get; init; } = Grain.Weekly;

    /// <summary>The first day of the training window; null begins with the first outcome.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The last day of the training window; null goes on.</summary>
    public DateOnly? To { get; init; }

    /// <summary>Days that a period stays open after all datasets have told of later ones.</summary>
    public int ClosesAfterDays { get; init; }

    /// <summary>Whether an outcome that no row tells is 0, as where it counts events; else later periods wait for it.</summary>
    public bool MissingIsZero { get; init; }

    /// <summary>Whether a batch run certifies the model while nothing else changes it.</summary>
    public bool IsCertified { get; init; } = true;

    public required MixSpec Spec { get; init; }

    /// <summary>One for each column that the spec names, in the order of their names.</summary>
    public required ImmutableArray<MixColumnPlan> Columns { get; init; }

    public int DaysPerPeriod => Grain == Grain.Weekly ? 7 : 1;
}

public enum MixColumnKind
{
    /// <summary>A metric or a derived field of the harmonized table.</summary>
    Field,

    /// <summary>A factor: an actual value before a forecast, the newest before an older one.</summary>
    Factor,

    /// <summary>Incremental conversions that an attribution credits a channel with.</summary>
    Credit,

    /// <summary>The same times what the conversions were worth.</summary>
    CreditedValue,
}

/// <summary>Where a column of a mix comes from.</summary>
/// <param name="Name">As the spec names it: its target, or a column of a channel, spend, credit or control.</param>
/// <param name="Kind">Of what.</param>
/// <param name="Of">The field, the factor or the attribution.</param>
/// <param name="Where">Which rows of the table are meant; all must hold.</param>
/// <param name="Channel">Of a credit: which channel of the attribution.</param>
public sealed record MixColumnPlan(string Name, MixColumnKind Kind, string Of, ImmutableArray<FieldPredicate> Where, string? Channel = null)
{
    public bool IsCredit => Kind is MixColumnKind.Credit or MixColumnKind.CreditedValue;
}
