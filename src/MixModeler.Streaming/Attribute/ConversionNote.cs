namespace MixModeler.Streaming.Attribute;

/// <summary>What a conversion's score carries on from the conversion's event, as one text: its region, and a JSON object of other fields.</summary>
public static class ConversionNote
{
    // No JSON and no name has it.
    private const char Between = '\u001f';

    /// <param name="segment">The region, or empty.</param>
    /// <param name="passthrough">A JSON object, or empty.</param>
    public static string Of(string segment, string passthrough) =>
        segment.Length == 0 && passthrough.Length == 0 ? "" : $"{segment.Replace(Between, ' ')}{Between}{passthrough}";

    public static (string Segment, string Passthrough) Parts(string note)
    {
        int at = note.IndexOf(Between, StringComparison.Ordinal);
        return at < 0 ? ("", "") : (note[..at], note[(at + 1)..]);
    }
}
