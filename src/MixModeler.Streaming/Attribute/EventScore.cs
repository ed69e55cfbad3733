namespace MixModeler.Streaming.Attribute;

/// <summary>Where in its path a touch stands.</summary>
public enum TouchPosition
{
    /// <summary>The first one; also the only one.</summary>
    Starter,

    /// <summary>Between first and last.</summary>
    Player,

    /// <summary>The last of two or more.</summary>
    Closer,
}

/// <summary>What one touch is credited with, as shares of one conversion.</summary>
/// <param name="Influenced">Incremental, made to sum to 1 over the path; equal shares where no touch had an effect.</param>
/// <param name="Incremental">What the touch added over the baseline: its Shapley value in the survival model. 0 to 1.</param>
/// <param name="Decay">By 2^(-age / half-life).</param>
/// <param name="First">1 for the first touch.</param>
/// <param name="Last">1 for the last touch.</param>
/// <param name="Linear">The same for each.</param>
/// <param name="UShape">0.4, 0.2 shared, 0.4.</param>
public readonly record struct TouchShares(
    double Influenced, double Incremental, double Decay, double First, double Last, double Linear, double UShape);

/// <summary>A touch in the path of a conversion.</summary>
/// <param name="EventId">Of the touch.</param>
/// <param name="Channel">Its channel.</param>
/// <param name="TimeMs">When it happened.</param>
/// <param name="Position">Where in the path.</param>
/// <param name="IsFirstInPosition">Whether no earlier touch of the path has this position.</param>
/// <param name="CountToConversion">Touches from this one to the conversion, this one included.</param>
/// <param name="LagMs">From the touch to the conversion.</param>
/// <param name="Shares">What it is credited with.</param>
public readonly record struct TouchScore(
    string EventId, int Channel, long TimeMs, TouchPosition Position, bool IsFirstInPosition, int CountToConversion, long LagMs, TouchShares Shares);

/// <summary>A conversion shared among the touches of its path. Σ incremental + baseline = 1; influenced and every rule sum to 1.</summary>
/// <param name="ConversionId">Event id of the conversion.</param>
/// <param name="TimeMs">When it happened.</param>
/// <param name="Value">What it was worth.</param>
/// <param name="Baseline">Share that would have come without any touch; 1 where there was none.</param>
/// <param name="EffectsVersion">Of the <see cref="TouchEffects"/> used.</param>
/// <param name="Touches">In order of time.</param>
public sealed record EventScore(string ConversionId, long TimeMs, double Value, double Baseline, long EffectsVersion, TouchScore[] Touches)
{
    /// <summary>What came with the conversion and is carried on, as <see cref="ConversionNote"/> writes it.</summary>
    public string Note { get; init; } = "";

    internal static EventScore Of(Journey journey, TouchEffects effects, double halfLifeMs)
    {
        JourneyEvent conversion = journey.Conversion!;
        int count = journey.Touches.Length;
        TouchScore[] touches = new TouchScore[count];
        if (count == 0)
        {
            return new EventScore(conversion.Id, conversion.TimeMs, conversion.Value, 1, effects.Version, touches) { Note = conversion.Note };
        }

        Shares shares = new(count);
        for (int i = 0; i < count; i++)
        {
            JourneyEvent touch = journey.Touches[i];
            shares.Effects[i] = effects.At(touch.Channel, touch.TimeMs, conversion.TimeMs);
            shares.Ages[i] = conversion.TimeMs - touch.TimeMs;
        }

        double baseline = shares.Fill(halfLifeMs);
        for (int i = 0; i < count; i++)
        {
            JourneyEvent touch = journey.Touches[i];
            TouchPosition position = i == 0 ? TouchPosition.Starter : i == count - 1 ? TouchPosition.Closer : TouchPosition.Player;
            touches[i] = new TouchScore(
                touch.Id, touch.Channel, touch.TimeMs, position, position != TouchPosition.Player || i == 1, count - i,
                conversion.TimeMs - touch.TimeMs, shares.At(i, baseline));
        }

        return new EventScore(conversion.Id, conversion.TimeMs, conversion.Value, baseline, effects.Version, touches) { Note = conversion.Note };
    }

    private sealed class Shares(int count)
    {
        private readonly double[] incremental = new double[count];
        private readonly double[] decay = new double[count];
        private readonly double[] first = new double[count];
        private readonly double[] last = new double[count];
        private readonly double[] linear = new double[count];
        private readonly double[] position = new double[count];

        public double[] Effects { get; } = new double[count];

        public double[] Ages { get; } = new double[count];

        public double Fill(double halfLifeMs)
        {
            TouchRules.ShareByAge(Ages, halfLifeMs, decay);
            TouchRules.Share(TouchRule.First, first);
            TouchRules.Share(TouchRule.Last, last);
            TouchRules.Share(TouchRule.Linear, linear);
            TouchRules.Share(TouchRule.Position, position);
            return IncrementalShares.Of(Effects, incremental);
        }

        public TouchShares At(int i, double baseline)
        {
            double influenced = baseline < 1 ? incremental[i] / (1 - baseline) : linear[i];
            return new TouchShares(influenced, incremental[i], decay[i], first[i], last[i], linear[i], position[i]);
        }
    }
}

/// <summary>A score that came or went.</summary>
/// <param name="Visitor">Whose conversion it is; after a merge, the one of the merged ids that comes first.</param>
/// <param name="IsRetracted">Whether the score no longer holds. The corrected one, if there is one, follows with the next revision.</param>
/// <param name="Revision">Counts the scores of this conversion, from 1. A retraction bears that of the score it takes back.</param>
/// <param name="Score">The score, or the one that is taken back.</param>
public sealed record ScoreChange(string Visitor, bool IsRetracted, int Revision, EventScore Score);
