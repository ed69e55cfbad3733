using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MixModeler.Streaming.Rehearse;

/// <summary>A record that left the engine.</summary>
internal sealed class OutputRecord
{
    private readonly JsonDocument? json;

    public OutputRecord(string topic, byte[] value)
    {
        Topic = topic;
        Text = Encoding.UTF8.GetString(value);
        try
        {
            json = JsonDocument.Parse(value);
        }
        catch (JsonException)
        {
            // An operator of somebody's own may write what it likes.
        }
    }

    public string Topic { get; }

    public string Text { get; }

    /// <summary>Undefined where the record is no JSON.</summary>
    public JsonElement Json => json?.RootElement ?? default;

    private bool IsObject => Json.ValueKind == JsonValueKind.Object;

    /// <summary>By which a consumer recognises a record that it was sent before; null where there is nothing to recognise.</summary>
    public string? Identity => !IsObject ? null
        : Json.TryGetProperty("origin", out JsonElement origin) ? $"{Topic} {origin.GetRawText()}"
        : Json.TryGetProperty("reason", out _) ? $"{Topic} {Text}"
        : Json.TryGetProperty("version", out _) && Json.TryGetProperty("weights", out _) ? $"{Topic} {Raw("version")}"
        : null;

    /// <summary>What the record says, without the place in the log that it comes from.</summary>
    public string Content => !IsObject ? Text : string.Join(',', Json.EnumerateObject()
        .Where(member => !(member.Name == "origin" || (member.Name == "offset" && Json.TryGetProperty("reason", out _))))
        .Select(member => string.Create(CultureInfo.InvariantCulture, $"\"{member.Name}\":{member.Value.GetRawText()}")));

    private string Raw(string member) => Json.TryGetProperty(member, out JsonElement value) ? value.GetRawText() : "";
}
