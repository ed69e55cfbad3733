using System.Text;

namespace MixModeler.Streaming.Ingest;

/// <summary>What a JSON path of an event is read for.</summary>
internal enum FieldUse
{
    None,
    EventId,
    Timestamp,

    /// <summary>A string that names the visitor; lower ordinals win.</summary>
    Identity,

    /// <summary>An array of `{"id":…,"primary":…}` as in an XDM identity map.</summary>
    IdentityList,

    /// <summary>A text compared with a topology's symbols.</summary>
    Symbol,

    /// <summary>A number that decayed sums add.</summary>
    Amount,
}

/// <summary>
/// The paths that a topology asks for, as a tree of names; a property that is not in the tree is skipped with all below it.
/// Names match with or without the `xdm:` prefix, `@id` and `@type` match `_id` and `_type`.
/// </summary>
internal sealed class PathTree(string name)
{
    private readonly byte[] name = Encoding.UTF8.GetBytes(name);
    private PathTree[] children = [];

    public FieldUse Use { get; private set; }

    public int Ordinal { get; private set; }

    public PathTree? Find(ReadOnlySpan<byte> property)
    {
        if (property.StartsWith("xdm:"u8))
        {
            property = property[4..];
        }

        bool at = property.Length > 1 && property[0] == '@';
        foreach (PathTree child in children)
        {
            if (at ? child.name[0] == '_' && property[1..].SequenceEqual(child.name.AsSpan(1)) : property.SequenceEqual(child.name))
            {
                return child;
            }
        }

        return null;
    }

    public void Add(string path, FieldUse use, int ordinal)
    {
        PathTree node = this;
        foreach (string part in path.Split('.'))
        {
            PathTree? child = Array.Find(node.children, c => c.name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(part)));
            if (child is null)
            {
                child = new PathTree(part);
                node.children = [.. node.children, child];
            }

            node = child;
        }

        node.Use = use;
        node.Ordinal = ordinal;
    }

    /// <summary>The Kafka envelope: `body.xdmEntity` holds what a bare event holds at the top.</summary>
    public void AddEnvelope()
    {
        PathTree entity = new("xdmEntity") { children = children };
        children = [.. children, new PathTree("body") { children = [entity] }];
    }
}
