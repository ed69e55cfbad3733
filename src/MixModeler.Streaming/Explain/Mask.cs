using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Explain;

/// <summary>
/// Hides personal data in what people look at: identities, and texts that look like an e-mail address or a telephone number.
/// A masked text keeps its first and last letter, its length and a short hash, so that equal values stay recognisable as equal:
/// `a…z(12)#3f9c21d4`. A mask for eyes, not anonymisation: short values can be guessed from their hash.
/// </summary>
public sealed partial class Mask
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Dense = Readable with { Indented = false };

    // A shorter id would be found in every other word.
    private const int KnownCharactersMin = 4;

    private readonly HashSet<string> paths;
    private readonly string known;

    /// <param name="paths">Dotted paths into the event; what stands there is masked with all below it.</param>
    /// <param name="known">A visitor's id, masked wherever it stands; empty for none.</param>
    public Mask(IEnumerable<string> paths, string known = "")
    {
        this.paths = [.. paths];
        this.known = known.Length < KnownCharactersMin ? "" : known;
    }

    /// <summary>All of a topology's identities, everything in an identity map, and the record's key wherever it stands.</summary>
    /// <param name="plan">The topology.</param>
    /// <param name="key">The record's key, by which producers name the visitor even where the topology does not find it.</param>
    public static Mask Of(TopologyPlan plan, string key = "")
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new Mask([.. plan.Source.IdentityPaths, "identityMap"], key);
    }

    /// <summary>
    /// Records on their way through the nodes and out of them: fields read from an identity too, whatever they are called, and
    /// what scores and examples name the visitor by.
    /// </summary>
    public static Mask OfLive(TopologyPlan plan, string key)
    {
        ArgumentNullException.ThrowIfNull(plan);
        IEnumerable<string> fields = plan.Source.Fields.Where(field => plan.Source.IdentityPaths.Contains(field.Path)).Select(field => field.Name);
        return new Mask([.. plan.Source.IdentityPaths, "identityMap", "visitor", "event.visitor", .. fields.SelectMany(name => new[] { name, $"event.{name}" })], key);
    }

    /// <summary>One value: always masked.</summary>
    public static string Text(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string hash = Hash128.Of(Encoding.UTF8.GetBytes(value)).ToString()[..8];
        Rune[] runes = [.. value.EnumerateRunes()];
        return runes.Length < 3 ? $"…({runes.Length})#{hash}" : $"{runes[0]}…{runes[^1]}({runes.Length})#{hash}";
    }

    /// <summary>Text without structure: what looks like an address or a number in it is masked.</summary>
    public static string FreeText(string text)
    {
        string addressed = Email().Replace(text, found => Text(found.Value));
        return Telephone().Replace(addressed, found => StandsAlone(addressed, found) ? Text(found.Value) : found.Value);
    }

    /// <summary>As <see cref="FreeText"/>, and the known id too.</summary>
    public string Plain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FreeText(known.Length == 0 ? text : text.Replace(known, Text(known), StringComparison.Ordinal));
    }

    /// <summary>A JSON document, masked; null where the bytes are none.</summary>
    /// <param name="json">As it stands in the log.</param>
    /// <param name="isIndented">For eyes; otherwise all in one line.</param>
    public string? Json(ReadOnlyMemory<byte> json, bool isIndented = true)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            using MemoryStream output = new();
            using (Utf8JsonWriter writer = new(output, isIndented ? Readable : Dense))
            {
                Write(writer, document.RootElement, "", masked: false);
            }

            return Encoding.UTF8.GetString(output.ToArray());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private void Write(Utf8JsonWriter writer, JsonElement element, string path, bool masked)
    {
        masked |= paths.Contains(path);
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    // Namespaces of an identity map are names like any others.
                    writer.WritePropertyName(Plain(member.Name));
                    Write(writer, member.Value, Below(path, member.Name), masked);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Write(writer, item, path, masked);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(masked ? Text(element.GetString()!) : Plain(element.GetString()!));
                break;
            case JsonValueKind.Number when masked:
                writer.WriteStringValue(Text(element.GetRawText()));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    // Paths as topologies write them: without the envelope and without the prefix, `_id` for `@id`.
    private static string Below(string path, string name)
    {
        name = name.StartsWith("xdm:", StringComparison.Ordinal) ? name[4..] : name;
        name = name.StartsWith('@') ? "_" + name[1..] : name;
        string below = path.Length == 0 ? name : $"{path}.{name}";
        return below == "body.xdmEntity" ? "" : below;
    }

    // Digits within a word, such as a UUID's, are nobody's number. (The linear matcher has no look-around.)
    private static bool StandsAlone(string text, Match found)
    {
        int end = found.Index + found.Length;
        return (found.Index == 0 || !IsOfWord(text[found.Index - 1])) && (end == text.Length || !IsOfWord(text[end]));
    }

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    [GeneratedRegex(@"[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}\-]+(\.[\p{L}\p{N}\-]+)+", RegexOptions.NonBacktracking)]
    private static partial Regex Email();

    // Seven digits or more with a plus, spaces, dots, hyphens or brackets between; bare digits are ids and times.
    [GeneratedRegex(@"(\+[0-9]{1,3}[ .\-/()]*([0-9][ .\-/()]*){5,12}[0-9])|(\(?0[0-9]{1,5}\)?[ \-/]([0-9][ \-/]?){4,9}[0-9])|(\(?[0-9]{3}\)?[ .\-][0-9]{3}[ .\-][0-9]{4})", RegexOptions.NonBacktracking)]
    private static partial Regex Telephone();
}
