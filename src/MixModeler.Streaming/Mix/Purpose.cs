namespace MixModeler.Streaming.Mix;

/// <summary>What a random number is for: part of its key, with room between for those that are counted on.</summary>
internal static class Purpose
{
    public const int Prior = 0;
    public const int Predict = 1_000;
    public const int Lift = 2_000;
    public const int Replicate = 3_000;
    public const int Simulate = 4_000;
    public const int Chain = 5_000;
    public const int Resample = 1_000_000;
    public const int Move = 2_000_000;
}
