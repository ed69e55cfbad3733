namespace MixModeler.Streaming.Observe;

/// <summary>How much of the records of a task one operator keeps, estimated from a sample of the records that commits wrote.</summary>
/// <param name="Name">The operator's name in the topology.</param>
/// <param name="KeyShare">Of the records, those in which it keeps something.</param>
/// <param name="ByteShare">Of their bytes, those that are its own.</param>
public sealed record StatePart(string Name, double KeyShare, double ByteShare)
{
    /// <summary>The ids by which duplicates are known. No node can have this name.</summary>
    public const string EventIds = ".ids";

    /// <summary>The decisions whose label is awaited.</summary>
    public const string Pending = ".pending";
}
