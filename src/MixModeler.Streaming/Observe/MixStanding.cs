namespace MixModeler.Streaming.Observe;

/// <summary>How a marketing-mix model of a topology stands.</summary>
public sealed record MixStanding
{
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string Identity { get; set; } = "";

    /// <summary>`Awaiting training`, `Training successful` or `Training failed`.</summary>
    public string Status { get; set; } = "";

    public string Target { get; set; } = "";

    /// <summary>`daily` or `weekly`.</summary>
    public string Grain { get; set; } = "";

    public string[] Channels { get; set; } = [];

    /// <summary>Periods that were taken in.</summary>
    public int Periods { get; set; }

    /// <summary>First day of the first one.</summary>
    public DateOnly? FirstPeriod { get; set; }

    /// <summary>First day of the newest one.</summary>
    public DateOnly? LastPeriod { get; set; }

    /// <summary>The last day of which all is in.</summary>
    public DateOnly? ClosedThrough { get; set; }

    /// <summary>The training window that is in force; null where it is open.</summary>
    public DateOnly? TrainFrom { get; set; }

    public DateOnly? TrainTo { get; set; }

    /// <summary>Why closed periods wait, or why it cannot learn.</summary>
    public string? Waiting { get; set; }

    /// <summary>Ids of the experiments that it was told of.</summary>
    public string[] LiftTests { get; set; } = [];

    /// <summary>Null before the first one.</summary>
    public MixCertificateStanding? Certificate { get; set; }
}

/// <summary>How far a model is from a batch run over the same numbers.</summary>
/// <param name="Holds">Within three Monte-Carlo standard errors.</param>
/// <param name="MaxDistance">In standard errors.</param>
/// <param name="RHatMax">Of the batch.</param>
/// <param name="Periods">Periods that the model had when it was made.</param>
public sealed record MixCertificateStanding(bool Holds, double MaxDistance, double RHatMax, int Periods);
