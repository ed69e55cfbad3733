namespace MixModeler.Streaming.Observe;

/// <summary>How a budget plan of a topology stands.</summary>
public sealed record PlanStanding
{
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string Mix { get; set; } = "";

    public string Identity { get; set; } = "";

    /// <summary>`Processing` before there is a plan, `Complete`, or `Failed` where the terms or the mix allow none.</summary>
    public string Status { get; set; } = "";

    /// <summary>First day of the newest period that the mix had taken in.</summary>
    public DateOnly? LastPeriod { get; set; }

    /// <summary>The same when the plan in force was taken.</summary>
    public DateOnly? MovedAt { get; set; }

    /// <summary>Of the plan in force.</summary>
    public double? Spend { get; set; }

    /// <summary>What the newest plan, the best as of now, is worth.</summary>
    public double? Value { get; set; }

    /// <summary>How far that may be from the best one.</summary>
    public double? Gap { get; set; }

    /// <summary>What the newest plan would bring over the one in force.</summary>
    public double? Gain { get; set; }

    /// <summary>Share of the draws in which it is better.</summary>
    public double? Probability { get; set; }

    public string? Problem { get; set; }
}
