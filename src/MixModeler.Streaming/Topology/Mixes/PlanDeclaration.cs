namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>A budget plan of a topology, which follows a mix.</summary>
public sealed record PlanDeclaration
{
    internal PlanDeclaration(YamlNode terms) => Terms = terms;

    public required string Name { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Of what is wanted; with another one the plan begins anew.</summary>
    public string Identity { get; init; } = "";

    /// <summary>Whose responses it is made of.</summary>
    public required string Mix { get; init; }

    /// <summary>Of the posterior.</summary>
    public required int Draws { get; init; }

    /// <summary>Budget or goal, bounds, flights: a problem without curves.</summary>
    internal YamlNode Terms { get; }
}
