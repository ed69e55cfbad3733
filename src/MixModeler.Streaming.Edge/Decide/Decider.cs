using System.Runtime.CompilerServices;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Decide;

/// <summary>Why there is, or is not, a decision.</summary>
internal enum DecideOutcome
{
    Decided,

    /// <summary>No complete snapshot yet.</summary>
    NotReady,

    UnknownScope,
}

// Decision path. Budget: 1 µs, 0 B. Measured by `bench edge`.

/// <summary>
/// Decides: copies the visitor's row, reads its features as of now, scores them with the newest model and takes the first
/// rule that holds. So features age, and a new model re-scores everybody, without waiting for events.
/// </summary>
internal sealed class Decider(EdgeState state, DecisionLog log)
{
    /// <summary>Longer ids are refused: a decision keeps the id for its way back.</summary>
    public const int VisitorBytesMax = 256;

    /// <param name="scope">Name of the scope, UTF-8.</param>
    /// <param name="visitor">The visitor's id, UTF-8, 1 to <see cref="VisitorBytesMax"/> bytes.</param>
    /// <param name="attributes">Of the request.</param>
    /// <param name="nowMs">The wall clock, ms since 1970: stamped once for all requests that arrived together.</param>
    /// <param name="decision">The answer.</param>
    public DecideOutcome Decide(
        ReadOnlySpan<byte> scope,
        ReadOnlySpan<byte> visitor,
        RequestAttributes attributes,
        long nowMs,
        out Decision decision)
    {
        decision = default;
        if (state.Image is not { IsReady: true } image)
        {
            return DecideOutcome.NotReady;
        }

        int at = image.Plan.IndexOf(scope);
        if (at < 0)
        {
            return DecideOutcome.UnknownScope;
        }

        decision = Choose(image, at, visitor, attributes, nowMs);
        log.Add(in decision, visitor, nowMs);
        return DecideOutcome.Decided;
    }

    /// <summary>The visitor's score as of now; false for an unknown visitor, or before the first snapshot.</summary>
    [SkipLocalsInit]
    public bool TryScore(ReadOnlySpan<byte> visitor, long nowMs, out double score)
    {
        score = 0;
        if (state.Image is not { IsReady: true } image)
        {
            return false;
        }

        Span<long> row = stackalloc long[image.Schema.RowWords];
        if (!image.Profiles.TryRead(Hash128.Of(visitor), row, out _))
        {
            return false;
        }

        Span<double> values = stackalloc double[image.Schema.Features.Length];
        score = Score(image, row, values, nowMs);
        return true;
    }

    [SkipLocalsInit]
    private Decision Choose(EdgeImage image, int scope, ReadOnlySpan<byte> visitor, RequestAttributes attributes, long nowMs)
    {
        Span<long> row = stackalloc long[image.Schema.RowWords];
        if (!image.Profiles.TryRead(Hash128.Of(visitor), row, out long receivedMs))
        {
            return new Decision(image.Plan.Unknown(scope), double.NaN, image.Model.Version, false, -1);
        }

        Span<double> values = stackalloc double[image.Schema.Features.Length];
        double score = Score(image, row, values, nowMs);
        Outcome outcome = image.Plan.Choose(scope, values, score, attributes);
        return new Decision(outcome, score, image.Model.Version, true, Math.Max(0, nowMs - receivedMs));
    }

    [SkipLocalsInit]
    private double Score(EdgeImage image, ReadOnlySpan<long> row, Span<double> values, long nowMs)
    {
        long readAtMs = image.Plan.ReadsEventClock ? state.EventMs : nowMs;
        image.Schema.ReadValues(row, readAtMs, values);
        Span<double> inputs = stackalloc double[image.Schema.InputCount];
        image.Schema.WriteInputs(values, inputs);
        return image.Model.Predict(inputs);
    }
}
