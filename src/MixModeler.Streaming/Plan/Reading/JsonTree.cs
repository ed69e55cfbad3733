using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Plan.Reading;

/// <summary>JSON as the tree that topologies are read from, so that every value knows its line and column.</summary>
internal static class JsonTree
{
    /// <returns>Null, with a problem, where it is no JSON.</returns>
    public static YamlNode? Parse(byte[] utf8, ProblemList problems)
    {
        List<int> lines = [0];
        for (int i = 0; i < utf8.Length; i++)
        {
            if (utf8[i] == '\n')
            {
                lines.Add(i + 1);
            }
        }

        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
        try
        {
            reader.Read();
            YamlNode root = Node(ref reader, utf8, lines, problems.File);
            reader.Read();
            return root;
        }
        catch (JsonException malformed)
        {
            string sentence = malformed.Message.Split(" LineNumber:", 2)[0];
            problems.Add((int)(malformed.LineNumber ?? 0) + 1, (int)(malformed.BytePositionInLine ?? 0) + 1, $"this is no JSON: {sentence}");
            return null;
        }
        catch (InvalidOperationException)
        {
            // A text that is no UTF-8.
            problems.Add(1, 1, "this is no JSON: a text is no UTF-8");
            return null;
        }
    }

    private static YamlNode Node(ref Utf8JsonReader reader, byte[] utf8, List<int> lines, string file)
    {
        Place place = PlaceOf((int)reader.TokenStartIndex, utf8, lines, file);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                YamlNode map = new(YamlKind.Map, place);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    YamlNode key = Text(ref reader, PlaceOf((int)reader.TokenStartIndex, utf8, lines, file), isQuoted: true);
                    reader.Read();
                    map.Entries.Add(new(key, Node(ref reader, utf8, lines, file)));
                }

                return map;
            case JsonTokenType.StartArray:
                YamlNode list = new(YamlKind.List, place);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Items.Add(Node(ref reader, utf8, lines, file));
                }

                return list;
            case JsonTokenType.String:
                return Text(ref reader, place, isQuoted: true);
            default:
                return new YamlNode(YamlKind.Text, place) { Text = Encoding.UTF8.GetString(reader.ValueSpan) };
        }
    }

    private static YamlNode Text(ref Utf8JsonReader reader, Place place, bool isQuoted) =>
        new(YamlKind.Text, place) { Text = reader.GetString()!, IsQuoted = isQuoted };

    private static Place PlaceOf(int at, byte[] utf8, List<int> lines, string file)
    {
        int found = lines.BinarySearch(at);
        int line = found >= 0 ? found : ~found - 1;
        return new Place(file, line + 1, Encoding.UTF8.GetCharCount(utf8, lines[line], at - lines[line]) + 1);
    }
}
