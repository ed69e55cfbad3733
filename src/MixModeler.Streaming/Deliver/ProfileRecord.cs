using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Deliver;

/// <summary>
/// A visitor's profile as other readers find it in Redis, XDM-shaped:
/// `{"_luma":{"userid":"…","propensity":0.03,"propensityModelVersion":18230,"propensityAt":"2026-09-01T10:00:00.000Z"}}`.
/// </summary>
internal sealed class ProfileRecord
{
    private readonly byte[] open;
    private readonly byte[] scoreName;
    private readonly byte[] close;
    private readonly PackedWriter text = new(512);

    /// <param name="path">Where the score stands, such as `_luma.propensity`.</param>
    public ProfileRecord(string path)
    {
        string[] parts = path.Split('.');
        string opening = string.Concat(parts[..^1].Select(p => "{\"" + JsonEncodedText.Encode(p) + "\":"));
        open = Encoding.UTF8.GetBytes(opening + "{\"userid\":");
        scoreName = Encoding.UTF8.GetBytes(JsonEncodedText.Encode(parts[^1]).Value);
        close = Encoding.UTF8.GetBytes(new string('}', parts.Length));
    }

    public byte[] Write(ReadOnlySpan<byte> visitor, double score, long modelVersion, long atMs)
    {
        text.Clear();
        text.Raw(open);
        text.Took(JsonBytes.Text(text.Room(JsonBytes.EscapedBytesMax(visitor.Length)), visitor));
        Name(""u8);
        text.Took(JsonBytes.Probability(text.Room(JsonBytes.NumberBytesMax), score));
        Name("ModelVersion"u8);
        text.Took(JsonBytes.Number(text.Room(JsonBytes.NumberBytesMax), modelVersion));
        Name("At"u8);
        text.Raw("\""u8);
        text.Took(JsonBytes.Time(text.Room(JsonBytes.TimeBytes), atMs));
        text.Raw("\""u8);
        text.Raw(close);
        return text.Written.ToArray();
    }

    private void Name(ReadOnlySpan<byte> suffix)
    {
        text.Raw(",\""u8);
        text.Raw(scoreName);
        text.Raw(suffix);
        text.Raw("\":"u8);
    }
}
