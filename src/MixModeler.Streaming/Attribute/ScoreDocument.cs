using System.Globalization;
using System.Text.Json;

namespace MixModeler.Streaming.Attribute;

/// <summary>What a score's document says beside the score.</summary>
/// <param name="ConversionName">Of the conversion that the model is about.</param>
/// <param name="Namespace">Of the visitor's id.</param>
/// <param name="Segment">Geo model; the conversion's name where there is none.</param>
/// <param name="DataSource">From where the conversion came, or null.</param>
public sealed record ScoreLabels(string ConversionName, string Namespace, string? Segment = null, string? DataSource = null);

/// <summary>Scores as JSON, with the names that Attribution AI gives to them (`algorithmicSourced` is incremental).</summary>
/// <remarks>
/// Beside those names: `retracted`, `revision`, `baseline`, `effectsVersion`. `lag` and `totalDaysToConversion` are whole days; `decayUnits` is
/// a share that sums to 1 over the path.
/// </remarks>
public static class ScoreDocument
{
    /// <param name="json">Gets one object.</param>
    /// <param name="change">The score that came or went.</param>
    /// <param name="channels">Names of the channels.</param>
    /// <param name="labels">What it says beside the score.</param>
    /// <param name="createdMs">When the score was made.</param>
    /// <param name="first">Writes members that come first, or null.</param>
    public static void Write(
        Utf8JsonWriter json, ScoreChange change, ChannelNames channels, ScoreLabels labels, long createdMs, Action<Utf8JsonWriter>? first = null)
    {
        EventScore score = change.Score;
        json.WriteStartObject();
        first?.Invoke(json);
        json.WriteString("conversionName", labels.ConversionName);
        (string segment, string passthrough) = ConversionNote.Parts(score.Note);
        json.WriteString("segmentation", segment.Length > 0 ? segment : labels.Segment ?? labels.ConversionName);
        json.WriteString("scoreCreatedTime", Moment(createdMs));
        json.WriteBoolean("retracted", change.IsRetracted);
        json.WriteNumber("revision", change.Revision);
        json.WriteNumber("effectsVersion", score.EffectsVersion);
        json.WriteStartObject("customerProfile");
        json.WriteStartObject("identity");
        json.WriteString("id", change.Visitor);
        json.WriteString("namespace", labels.Namespace);
        json.WriteEndObject();
        json.WriteEndObject();
        WriteConversion(json, score, channels, labels);
        json.WriteNumber("baseline", score.Baseline);
        json.WriteStartArray("touchpointsDetail");
        foreach (ref readonly TouchScore touch in score.Touches.AsSpan())
        {
            WriteTouch(json, in touch, channels[touch.Channel]);
        }

        json.WriteEndArray();
        if (passthrough.Length > 0)
        {
            json.WritePropertyName("passthrough");
            json.WriteRawValue(passthrough, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static void WriteConversion(Utf8JsonWriter json, EventScore score, ChannelNames channels, ScoreLabels labels)
    {
        json.WriteStartObject("conversion");
        json.WriteString("eventId", score.ConversionId);
        json.WriteString("timestamp", Moment(score.TimeMs));
        json.WriteNumber("priceTotal", score.Value);
        if (labels.DataSource is not null)
        {
            json.WriteString("dataSource", labels.DataSource);
        }

        json.WriteString("path", string.Join(" > ", score.Touches.Select(touch => channels[touch.Channel])));
        json.WriteNumber("totalTouchpointCount", score.Touches.Length);
        json.WriteNumber("totalDaysToConversion", score.Touches.Length == 0 ? 0 : score.Touches[0].LagMs / TouchEffects.DayMs);
        json.WriteEndObject();
    }

    private static void WriteTouch(Utf8JsonWriter json, in TouchScore touch, string channel)
    {
        json.WriteStartObject();
        json.WriteString("touchpointName", channel);
        json.WriteStartObject("touchPoint");
        json.WriteString("eventId", touch.EventId);
        json.WriteString("mediaChannel", channel);
        json.WriteString("timestamp", Moment(touch.TimeMs));
        json.WriteEndObject();
        json.WriteStartObject("scores");
        json.WriteNumber("algorithmicInfluenced", touch.Shares.Influenced);
        json.WriteNumber("algorithmicSourced", touch.Shares.Incremental);
        json.WriteNumber("decayUnits", touch.Shares.Decay);
        json.WriteNumber("firstTouch", touch.Shares.First);
        json.WriteNumber("lastTouch", touch.Shares.Last);
        json.WriteNumber("linear", touch.Shares.Linear);
        json.WriteNumber("uShape", touch.Shares.UShape);
        json.WriteEndObject();
        json.WriteString("position", touch.Position switch
        {
            TouchPosition.Starter => "starter",
            TouchPosition.Closer => "closer",
            _ => "player",
        });
        json.WriteNumber("isFirstInThePosition", touch.IsFirstInPosition ? 1 : 0);
        json.WriteNumber("lag", touch.LagMs / TouchEffects.DayMs);
        json.WriteNumber("touchpointCountToConversion", touch.CountToConversion);
        json.WriteEndObject();
    }

    private static string Moment(long timeMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
