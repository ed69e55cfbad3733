using System.Text;

namespace MixModeler.Streaming.Harmonize;

// Hot path, once per property of a record. Budget: 0 B. Measured by HarmonizeBench.

/// <summary>
/// The paths that a dataset reads, as a tree of names; what is not in it is skipped with all below it. Names match with and
/// without the `xdm:` prefix, `@id` matches `_id`. A dataset may read an object and what is in it.
/// </summary>
internal sealed class FieldNode(string name)
{
    private readonly byte[] name = Encoding.UTF8.GetBytes(name);
    private FieldNode[] children = [];
    private FieldNode?[] index = new FieldNode?[1];

    /// <summary>Where a value at this place is put; -1 where nobody asks for it.</summary>
    public int Slot { get; private set; } = -1;

    public bool HasChildren => children.Length > 0;

    public FieldNode? Find(ReadOnlySpan<byte> property)
    {
        if (property.Length > 4 && property[3] == ':' && property.StartsWith("xdm:"u8))
        {
            property = property[4..];
        }

        FieldNode?[] nodes = index;
        int mask = nodes.Length - 1;
        for (int at = Mix(property) & mask; nodes[at] is FieldNode child; at = (at + 1) & mask)
        {
            if (child.Is(property))
            {
                return child;
            }
        }

        return null;
    }

    /// <summary>Puts values at a path into a slot.</summary>
    public void Add(string path, int slot)
    {
        string[] parts = path.Split('.');
        FieldNode node = this;
        foreach (string part in parts)
        {
            node = node.Child(part);
        }

        node.Slot = slot;
        if (parts.Length > 1)
        {
            // A column of a file may have dots in its name.
            FieldNode whole = Child(path);
            whole.Slot = whole.Slot < 0 ? slot : whole.Slot;
        }
    }

    /// <summary>The Kafka envelope: `body.xdmEntity` holds what a bare record holds at the top.</summary>
    public void AddEnvelope()
    {
        FieldNode entity = new("xdmEntity") { children = children, index = index };
        Child("body").Append(entity);
    }

    private FieldNode Child(string part)
    {
        byte[] text = Encoding.UTF8.GetBytes(part.StartsWith("xdm:", StringComparison.Ordinal) ? part[4..] : part);
        if (text.Length > 1 && text[0] == '@')
        {
            text[0] = (byte)'_';
        }

        return Array.Find(children, child => child.name.AsSpan().SequenceEqual(text)) ?? Append(new FieldNode(Encoding.UTF8.GetString(text)));
    }

    private FieldNode Append(FieldNode child)
    {
        children = [.. children, child];
        int size = 4;
        while (size < children.Length * 4)
        {
            size *= 2;
        }

        index = new FieldNode?[size];
        foreach (FieldNode each in children)
        {
            int at = Mix(each.name) & (size - 1);
            while (index[at] is not null)
            {
                at = (at + 1) & (size - 1);
            }

            index[at] = each;
        }

        return child;
    }

    private bool Is(ReadOnlySpan<byte> property) =>
        property.SequenceEqual(name)
        || (property.Length == name.Length && property.Length > 1 && property[0] == '@' && name[0] == '_' && property[1..].SequenceEqual(name.AsSpan(1)));

    // Not of the first byte, where `@` may stand for `_`.
    private static int Mix(ReadOnlySpan<byte> text) =>
        text.Length < 2 ? text.Length : text.Length * 7 + text[text.Length / 2] * 31 + text[^1] * 131;
}
