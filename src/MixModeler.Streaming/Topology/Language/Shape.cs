namespace MixModeler.Streaming.Topology;

internal enum ShapeKind
{
    Text,
    Name,
    Path,
    Expression,
    Number,
    Count,
    Span,
    Word,
    Map,
    NamedMap,
    List,
    Either,
    Anything,
}

/// <summary>
/// What may stand somewhere in a topology. The sections read by these descriptions and the published JSON Schema is written
/// from them, so that what the loader allows and what an editor proposes cannot drift apart.
/// </summary>
internal sealed record Shape(ShapeKind Kind)
{
    public static Shape Text { get; } = new(ShapeKind.Text);

    public static Shape Path { get; } = new(ShapeKind.Path);

    public static Shape Expression { get; } = new(ShapeKind.Expression);

    public static Shape Anything { get; } = new(ShapeKind.Anything);

    /// <summary>Of a map, in the order in which messages list them.</summary>
    public Member[] Members { get; private init; } = [];

    /// <summary>Of a map: whether other members are allowed beside.</summary>
    public bool IsOpen { get; private init; }

    /// <summary>Of a list its items, of a map with free names its values.</summary>
    public Shape? Of { get; private init; }

    /// <summary>Of a list: what its items are called in messages, with an example.</summary>
    public string OfWhat { get; private init; } = "";

    /// <summary>Items of a list or members of a map with free names.</summary>
    public int CountMax { get; private init; } = int.MaxValue;

    /// <summary>Of a choice: the forms, of which one holds.</summary>
    public Shape[] Forms { get; private init; } = [];

    public string[] Words { get; private init; } = [];

    public NumberRange Range { get; private init; }

    public int Min { get; private init; }

    public int Max { get; private init; }

    public TimeSpan SpanMin { get; private init; }

    public TimeSpan SpanMax { get; private init; }

    /// <summary>Of a name, or of the names of a map: what it may have besides letters and digits.</summary>
    public string AlsoAllowed { get; private init; } = "";

    /// <summary>Of a map with free names: these are texts such as names of columns, not names of the language.</summary>
    public bool HasFreeTexts { get; private init; }

    public string[] Names => [.. Members.Select(member => member.Name)];

    public Member this[string name] => Array.Find(Members, member => member.Name == name)
        ?? throw new ArgumentException($"the language has no '{name}' here");

    public static Shape Name(string alsoAllowed) => new(ShapeKind.Name) { AlsoAllowed = alsoAllowed };

    public static Shape Number(NumberRange range) => new(ShapeKind.Number) { Range = range };

    public static Shape Count(int min, int max) => new(ShapeKind.Count) { Min = min, Max = max };

    public static Shape Span(TimeSpan min, TimeSpan max) => new(ShapeKind.Span) { SpanMin = min, SpanMax = max };

    public static Shape Word(params string[] words) => new(ShapeKind.Word) { Words = words };

    public static Shape Map(params Member[] members) => new(ShapeKind.Map) { Members = members };

    /// <summary>The same map with members of any other name beside: somebody else knows which.</summary>
    public static Shape Open(Shape map) => map with { IsOpen = true };

    /// <summary>A map whose names the operator chooses.</summary>
    public static Shape Named(string alsoAllowed, Shape of, int countMax = int.MaxValue) =>
        new(ShapeKind.NamedMap) { AlsoAllowed = alsoAllowed, Of = of, CountMax = countMax };

    /// <summary>A map whose names somebody else chose: any text on one line.</summary>
    public static Shape FreelyNamed(Shape of, int countMax) => Named("", of, countMax) with { HasFreeTexts = true };

    public static Shape List(Shape of, string ofWhat, int countMax = int.MaxValue) =>
        new(ShapeKind.List) { Of = of, OfWhat = ofWhat, CountMax = countMax };

    public static Shape Either(params Shape[] forms) => new(ShapeKind.Either) { Forms = forms };
}

/// <summary>A member of a map.</summary>
/// <param name="Name">As written in the file.</param>
/// <param name="Shape">What may stand there.</param>
/// <param name="Meaning">One sentence, shown by editors.</param>
internal sealed record Member(string Name, Shape Shape, string Meaning)
{
    public bool Required { get; init; }

    /// <summary>A number, a text or a TimeSpan: what holds where nothing is written; null where nothing does.</summary>
    public object? Default { get; init; }
}
