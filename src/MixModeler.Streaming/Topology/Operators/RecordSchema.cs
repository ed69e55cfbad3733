using System.Collections.Immutable;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>
/// What a record has at one place of a flow, and in which order its values stand side by side:
/// <code>event fields… | behind the profile: features… | score | visitor</code>
/// </summary>
internal sealed record RecordSchema(ImmutableArray<CelField> Fields, ImmutableArray<string> Features, bool HasProfile)
{
    public const string Id = "id";
    public const string Time = "time";
    public const string Type = "type";
    public const string Visitor = "visitor";

    /// <summary>What every record has, first and in this order.</summary>
    public static ImmutableArray<CelField> BuiltIn { get; } =
        [new(Id, CelType.String), new(Time, CelType.Timestamp), new(Type, CelType.String), new(Visitor, CelType.String)];

    public static RecordSchema Of(IEnumerable<CelField> fields) => new([.. BuiltIn, .. fields], [], false);

    public int SlotCount => Fields.Length + (HasProfile ? Features.Length + 2 : 0);

    /// <summary>Slot of the first feature; the score and the visitor stand behind the last.</summary>
    public int FeatureSlot => Fields.Length;

    public int ScoreSlot => Fields.Length + Features.Length;

    public int VisitorSlot => ScoreSlot + 1;

    public int SlotOf(string field)
    {
        for (int i = 0; i < Fields.Length; i++)
        {
            if (Fields[i].Name == field)
            {
                return i;
            }
        }

        return -1;
    }

    public string[] Names => [.. Fields.Select(declared => declared.Name)];

    /// <summary>What expressions see: a program's slots are the record's.</summary>
    public CelEnvironment Environment()
    {
        CelEnvironment environment = new();
        environment.DeclareRecord("event", [.. Fields]);
        if (HasProfile)
        {
            environment.DeclareRecord("features", [.. Features.Select(name => new CelField(name, CelType.Double))]);
            environment.Declare("score", CelType.Double);
            environment.Declare("visitor", CelType.String);
        }

        // A field can be named alone where nothing else has its name: of the built-in ones only behind `event.`.
        foreach (CelField field in Fields.Skip(BuiltIn.Length).Where(field => CelType.Parse(field.Name) is null))
        {
            environment.DeclareAlias(field.Name, "event", field.Name);
        }

        return environment;
    }

    /// <summary>As text, for identities.</summary>
    public string Canonical => string.Join(',', Fields.Select(declared => $"{declared.Name}:{declared.Type}"));
}
