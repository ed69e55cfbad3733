namespace MixModeler.Streaming.Topology.Operators;

/// <summary>
/// The options of one node, read by its operator's contract. What is missing, unknown or of the wrong kind becomes a problem at
/// its place, and nothing is read in its stead.
/// </summary>
internal sealed class NodeOptions
{
    private static readonly TimeSpan SpanMax = TimeSpan.FromDays(31);
    
    private readonly MapReader? map;
    private readonly OperatorContract contract;
    private readonly ProblemList problems;

    public NodeOptions(GraphNode node, OperatorContract contract, ProblemList problems)
        : this(node, contract, problems, isRead: true)
    {
        map = MapReader.Open(node.Options, What, problems, [.. contract.Options.Select(option => option.Name)]);
        foreach (OperatorOption option in contract.Options)
        {
            map?.Value(option.Name, option.Required);
        }
    }

    private NodeOptions(GraphNode node, OperatorContract contract, ProblemList problems, bool isRead)
    {
        this.contract = contract;
        this.problems = problems;
        Node = node;
        What = isRead ? $"the {contract.Name} '{node.Name}'" : $"'{node.Name}'";
    }

    /// <summary>For a node that a section made and whose options the section has read.</summary>
    public static NodeOptions None(GraphNode node, OperatorContract contract, ProblemList problems) => new(node, contract, problems, isRead: false);

    public GraphNode Node { get; }

    /// <summary>What messages call the node.</summary>
    public string What { get; }

    public ProblemList Problems => problems;

    public bool Has(string option) => Value(option) is not null;

    /// <summary>What stands there, or null; that it is missing was said already.</summary>
    public YamlNode? Value(string option)
    {
        YamlNode? value = map is not null && map.Has(option) ? Written(option) : null;
        return value is { IsNothing: false } ? value : null;
    }

    public string? Text(string option)
    {
        YamlNode? value = Value(option);
        return value is not null && MapReader.IsText(value, $"'{option}'", problems) ? value.Text : null;
    }

    /// <summary>A name as expressions can use it.</summary>
    public string? Identifier(string option) =>
        Value(option) is { } value && IsIdentifier(value, $"'{option}'") ? value.Text : null;

    public string Word(string option, string otherwise)
    {
        OperatorOption declared = contract.Options.First(o => o.Name == option);
        YamlNode? value = Value(option);
        if (value is null)
        {
            return otherwise;
        }

        if (value.Kind == YamlKind.Text && declared.Allowed.Contains(value.Text))
        {
            return value.Text;
        }

        string advice = value.Kind == YamlKind.Text
            ? NearestName.Advice(value.Text, [.. declared.Allowed])
            : $"; allowed: {string.Join(", ", declared.Allowed)}";
        problems.Add(value, $"'{option}' is one word; found {value.Found}{advice}");
        return otherwise;
    }

    /// <summary>In ms; null where there is none.</summary>
    public long? SpanMs(string option, bool allowZero = false) =>
        Value(option) is null ? null : (long?)map!.Span(option, allowZero ? TimeSpan.Zero : TimeSpan.FromSeconds(1), SpanMax)?.TotalMilliseconds;

    public double Number(string option, double otherwise) => map?.Number(option, otherwise, NumberRange.Any) ?? otherwise;

    public int Count(string option, int otherwise, int min, int max) => map?.Count(option, otherwise, min, max) ?? otherwise;

    /// <summary>The members of an option that is a map, in order.</summary>
    public List<(YamlNode Key, YamlNode Value)> Members(string option, int membersMax)
    {
        YamlNode? value = Value(option);
        if (value is null)
        {
            return [];
        }

        MapReader? members = MapReader.Open(value, $"'{option}'", problems, allowed: (string[]?)null);
        if (members is null)
        {
            return [];
        }

        (YamlNode Key, YamlNode Value)[] entries =
        [
            .. members.Keys.Select(key => (key, value.Entries.Find(entry => ReferenceEquals(entry.Key, key)).Value)),
        ];
        if (entries.Length == 0)
        {
            problems.Add(value, $"'{option}' is empty");
        }
        else if (entries.Length > membersMax)
        {
            problems.Add(entries[membersMax].Key, $"'{option}' has more than {membersMax} members");
        }

        return [.. entries.Take(membersMax)];
    }

    /// <summary>The texts of an option that is a list, each at its place.</summary>
    public List<YamlNode> Texts(string option, int itemsMax)
    {
        if (Value(option) is null)
        {
            return [];
        }

        List<YamlNode> items = map!.Items(option, "texts", required: false);
        if (items.Count > itemsMax)
        {
            problems.Add(items[itemsMax], $"'{option}' has more than {itemsMax} items");
        }

        UniqueNames unique = new($"in '{option}',", problems);
        List<YamlNode> texts = [];
        foreach (YamlNode item in items.Take(itemsMax))
        {
            if (MapReader.IsText(item, $"an item of '{option}'", problems))
            {
                unique.Add(item.Text, item);
                texts.Add(item);
            }
        }

        return texts;
    }

    /// <summary>Slots of the fields that a list names.</summary>
    public List<int> Slots(string option, RecordSchema schema)
    {
        List<int> slots = [];
        foreach (YamlNode name in Texts(option, 256))
        {
            int slot = SlotOf(name, schema);
            if (slot >= 0)
            {
                slots.Add(slot);
            }
        }

        return slots;
    }

    /// <summary>The slot of a field, or -1 with a problem.</summary>
    public int SlotOf(YamlNode name, RecordSchema schema)
    {
        int slot = schema.SlotOf(name.Text);
        if (slot < 0)
        {
            problems.Add(name, $"there is no field {YamlNode.Quote(name.Text)} here{NearestName.Advice(name.Text, schema.Names)}");
        }

        return slot;
    }

    public bool IsIdentifier(YamlNode node, string what)
    {
        if (!MapReader.IsText(node, what, problems))
        {
            return false;
        }

        if (Names.IsName(node.Text, "_"))
        {
            return true;
        }

        problems.Add(node, $"{what} is {YamlNode.Quote(node.Text)}: at most {Names.CharactersMax} letters, digits and _, beginning with a letter or _, so that expressions can name it");
        return false;
    }

    private YamlNode? Written(string option) =>
        Node.Options.Entries.Find(entry => entry.Key.Kind == YamlKind.Text && entry.Key.Text == option).Value;
}
