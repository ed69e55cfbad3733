namespace MixModeler.Streaming.Attribute;

/// <summary>The conversions of one day (UTC) and what each channel is credited with, as the scores stand now.</summary>
/// <param name="Day">When the conversions happened.</param>
/// <param name="Conversions">How many.</param>
/// <param name="Value">What they were worth.</param>
/// <param name="Baseline">Conversions that would have come without any touch; with the incremental ones of all channels, all conversions.</param>
/// <param name="BaselineValue">The same, weighted with the conversions' values.</param>
/// <param name="Channels">By the channel's name.</param>
public sealed record AttributionDay(
    DateOnly Day, long Conversions, double Value, double Baseline, double BaselineValue, IReadOnlyDictionary<string, ChannelTotals> Channels);
