using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MixModeler.Streaming.Topology;

/// <summary>
/// Text into a tree of located nodes, with limits that no honest topology meets: a file from a stranger must not cost more
/// than a look at it. Anchors and aliases are refused, so nothing can multiply.
/// </summary>
internal sealed class YamlTree
{
    public const int CharactersMax = 256 * 1_024;
    public const int NodesMax = 20_000;
    private const int DepthMax = 16;

    private readonly string text;
    private readonly ProblemList problems;
    private readonly TextStart starts;
    private readonly Scanner scanner;
    private readonly Parser parser;
    private int nodes;

    private YamlTree(string text, ProblemList problems)
    {
        this.text = text;
        this.problems = problems;
        starts = new TextStart(problems.File, text);
        scanner = new Scanner(new StringReader(text));
        parser = new Parser(scanner);
    }

    /// <summary>The root of the one document, or null with at least one problem.</summary>
    public static YamlNode? Parse(string text, ProblemList problems)
    {
        if (!TextCheck.IsReadable(text, problems))
        {
            return null;
        }

        YamlTree tree = new(text, problems);
        try
        {
            return tree.ReadDocument();
        }
        catch (YamlException broken)
        {
            tree.AddAt(broken.Start, $"this is not YAML: {Sentence(broken.Message)}");
            return null;
        }
        catch (InvalidOperationException)
        {
            // The library's scanner gives up this way, without a place, where a bracket is left open before a colon.
            tree.AddHere("this is not YAML: a bracket, a brace or a comma is missing before this");
            return null;
        }
        catch (ArgumentException)
        {
            // And this way at an escape that is no character, "\UFFFFFFFF", and at an empty tag.
            tree.AddHere("this is not YAML: what stands before this is no character or tag that exists");
            return null;
        }
        catch (Refusal)
        {
            return null;
        }
    }

    private void AddHere(string message) => AddAt(scanner.CurrentPosition, message);

    private void AddAt(Mark mark, string message)
    {
        (int line, int column) = TextCheck.Inside(text, (int)mark.Line, (int)mark.Column);
        problems.Add(line, column, message);
    }

    private void MoveNext()
    {
        // Happens after some malformed directives: the library ends the stream in the middle of a list.
        if (!parser.MoveNext())
        {
            AddHere("this is not YAML: it breaks off here");
            throw new Refusal();
        }
    }

    private YamlNode? ReadDocument()
    {
        MoveNext();                               // Stream start.
        MoveNext();
        if (parser.Current is StreamEnd)
        {
            problems.Add(1, 1, "the file is empty: a topology begins with 'topology: <name>'");
            return null;
        }

        MoveNext();                               // Document start.
        YamlNode root = ReadNode(depth: 0);
        MoveNext();                               // Document end.
        if (parser.Current is DocumentStart second)
        {
            problems.Add((int)second.Start.Line, (int)second.Start.Column, "a second document begins here: a file holds one topology");
        }

        return root;
    }

    // Reads the node at the parser's position and moves past it.
    private YamlNode ReadNode(int depth)
    {
        ParsingEvent at = parser.Current!;
        int line = (int)at.Start.Line;
        int column = (int)at.Start.Column;
        if (depth > DepthMax)
        {
            Refuse(line, column, $"nested deeper than {DepthMax} levels");
        }

        if (++nodes > NodesMax)
        {
            Refuse(line, column, $"more than {NodesMax} values: this is no topology");
        }

        if (at is AnchorAlias || at is NodeEvent { Anchor.IsEmpty: false })
        {
            Refuse(line, column, "anchors (&) and aliases (*) are not supported: write the value out");
        }

        if (at is NodeEvent { Tag.IsEmpty: false } tagged)
        {
            problems.Add(line, column, $"tags are not supported: remove {YamlNode.Quote(tagged.Tag.ToString())}");
        }

        Place place = new(problems.File, line, column);
        switch (at)
        {
            case Scalar scalar:
                MoveNext();
                return new YamlNode(YamlKind.Text, place)
                {
                    Text = scalar.Value,
                    TextStart = starts.Of(scalar),
                    IsQuoted = scalar.Style is not ScalarStyle.Plain,
                };
            case SequenceStart:
                return ReadList(new YamlNode(YamlKind.List, place), depth);
            default:
                return ReadMap(new YamlNode(YamlKind.Map, place), depth);
        }
    }

    private YamlNode ReadList(YamlNode list, int depth)
    {
        MoveNext();
        while (parser.Current is not SequenceEnd)
        {
            list.Items.Add(ReadNode(depth + 1));
        }

        MoveNext();
        return list;
    }

    private YamlNode ReadMap(YamlNode map, int depth)
    {
        MoveNext();
        while (parser.Current is not MappingEnd)
        {
            YamlNode key = ReadNode(depth + 1);
            map.Entries.Add(new(key, ReadNode(depth + 1)));
        }

        MoveNext();
        return map;
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private void Refuse(int line, int column, string message)
    {
        problems.Add(line, column, message);
        throw new Refusal();
    }

    // The library's messages stand on their own, sometimes with "(Line: 1, Col: 2, …): " in front.
    private static string Sentence(string message)
    {
        int end = message.StartsWith('(') ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        string sentence = (end < 0 ? message : message[(end + 3)..]).Trim().TrimEnd('.');
        return sentence.Length == 0 ? "it breaks off here" : char.ToLowerInvariant(sentence[0]) + sentence[1..];
    }

    private sealed class Refusal : Exception;
}
