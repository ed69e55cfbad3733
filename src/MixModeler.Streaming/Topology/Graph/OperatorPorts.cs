using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology;

/// <summary>Where records enter and leave an operator; the first port of a side is meant where an edge names none.</summary>
public sealed record OperatorPorts(ImmutableArray<OperatorPort> Inputs, ImmutableArray<OperatorPort> Outputs)
{
    /// <summary>Failed records leave by this port, of every operator, to the dead letters unless an edge says otherwise.</summary>
    public const string Errors = "errors";

    public const string In = "in";

    public const string Out = "out";

    private static readonly OperatorPort SingleIn = new(In);
    private static readonly OperatorPort SingleOut = new(Out);

    public static OperatorPorts Source { get; } = new([], [SingleOut]);

    public static OperatorPorts Step { get; } = new([SingleIn], [SingleOut]);

    public static OperatorPorts Sink { get; } = new([SingleIn], []);

    /// <summary>Takes failures of any kind from anywhere.</summary>
    public static OperatorPorts DeadLetter { get; } = new([new OperatorPort(In, TakesMany: true)], []);

    /// <summary>Takes rows of any number of datasets.</summary>
    public static OperatorPorts Table { get; } = new([new OperatorPort(In, TakesMany: true)], []);

    /// <summary>Scored visitors leave by `out`, examples with a settled label by `training`.</summary>
    public static OperatorPorts Profile { get; } = new([SingleIn], [SingleOut, new OperatorPort("training", IsOptional: true)]);
}

/// <param name="Name">Unique on its side of the operator.</param>
/// <param name="TakesMany">Of an input: several edges may end here.</param>
/// <param name="IsOptional">It may stay without an edge.</param>
public sealed record OperatorPort(string Name, bool TakesMany = false, bool IsOptional = false);
