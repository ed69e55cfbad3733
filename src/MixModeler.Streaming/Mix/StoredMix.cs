namespace MixModeler.Streaming.Mix;

/// <summary>A model as it is put away.</summary>
public sealed record StoredMix
{
    /// <summary>What was asked of it.</summary>
    public MixOrders Orders { get; init; } = new();

    /// <summary>Why closed periods wait, or why it cannot learn, in a sentence; null where nothing stands in the way.</summary>
    public string? Waiting { get; init; }

    /// <summary>The last day of which all is in; null before there is one.</summary>
    public DateOnly? ClosedThrough { get; init; }

    /// <summary>As it stands; null where it has taken in nothing yet.</summary>
    public MixModel? Model { get; init; }

    /// <summary>One for each period that it took in, oldest first.</summary>
    public IReadOnlyList<MixRefresh> Refreshes { get; init; } = [];

    /// <summary>The newest, or null where none was made yet.</summary>
    public MixCertificate? Certificate { get; init; }

    /// <summary>Periods that the model had taken in when the certificate was made.</summary>
    public int CertifiedPeriods { get; init; }
}
