namespace MixModeler.Streaming.Integration.MainJob;

/// <summary>Tests that need the whole machine run after the others, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
