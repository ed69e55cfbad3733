using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Flow;

/// <summary>What the node `profile` does is the main job itself: features, score, labels.</summary>
internal interface IProfileStage
{
    /// <param name="replaced">The values of the fields that a map replaced, in the order of the profile's settings.</param>
    /// <param name="filled">Takes the features, the score and the visitor.</param>
    /// <returns>False where the visitor's profile knows the event already: it goes no further.</returns>
    bool Apply(ReadOnlySpan<CelValue> replaced, Span<CelValue> filled);
}
