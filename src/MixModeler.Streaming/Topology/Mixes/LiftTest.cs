namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>
/// An experiment: media of a channel were changed over some periods and the difference in the outcome was measured over those
/// periods and some after them. What carries over counts as far as it was measured.
/// </summary>
/// <param name="Channel">Its name.</param>
/// <param name="From">First day of the first changed period.</param>
/// <param name="To">First day of the last changed period.</param>
/// <param name="MeasuredTo">First day of the last measured period, not before <paramref name="To"/>.</param>
/// <param name="MediaDelta">Media of the treated group less those of the control, per period, in the channel's units.</param>
/// <param name="Lift">The measured difference of the outcome, summed over the measured periods.</param>
/// <param name="StandardError">Its standard error, above 0.</param>
public sealed record LiftTest(string Channel, DateOnly From, DateOnly To, DateOnly MeasuredTo, double MediaDelta, double Lift, double StandardError)
{
    /// <summary>Where it was made, of a model with regions; null of the whole.</summary>
    public string? Region { get; init; }

    /// <summary>
    /// The order in which experiments are taken in, whatever order they became known in: the latest measured first, as a list that is worked
    /// off from its end.
    /// </summary>
    public static IEnumerable<LiftTest> InOrder(IEnumerable<LiftTest> tests) => tests
        .OrderByDescending(test => test.MeasuredTo).ThenByDescending(test => test.From).ThenByDescending(test => test.To)
        .ThenBy(test => test.Channel, StringComparer.Ordinal).ThenBy(test => test.MediaDelta).ThenBy(test => test.Lift).ThenBy(test => test.StandardError)
        .ThenBy(test => test.Region, StringComparer.Ordinal);
}
