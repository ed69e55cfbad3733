using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>
/// What an operator promises: its options, its ports, what it keeps, what it counts and how it fails. Checking, the command
/// `operators` and docs/operators.md all read this, so they cannot disagree.
/// </summary>
/// <param name="Name">As a node names it.</param>
/// <param name="Purpose">One sentence.</param>
public sealed record OperatorContract(string Name, string Purpose)
{
    public ImmutableArray<OperatorOption> Options { get; init; } = [];

    /// <summary>The last port of a branch.</summary>
    public const string Otherwise = "otherwise";

    /// <summary>Where records come in; empty for a source.</summary>
    public ImmutableArray<PortContract> Inputs { get; init; } = [PortContract.In];

    /// <summary>Where records go out; empty for a sink.</summary>
    public ImmutableArray<PortContract> Outputs { get; init; } = [PortContract.Out];

    /// <summary>Output ports are named by the keys of this option, with `otherwise` behind them if it is a branch; null = as in Outputs.</summary>
    public string? OutputsByOption { get; init; }

    /// <summary>What is kept, and for which key; empty for a stateless operator.</summary>
    public string State { get; init; } = "";

    /// <summary>Reasons for which a record can fail here.</summary>
    public ImmutableArray<OperatorError> Errors { get; init; } = [];

    /// <summary>More that an operator's user should know; may be empty.</summary>
    public string Notes { get; init; } = "";

    /// <summary>Nodes and edges of a topology that uses it.</summary>
    public string Example { get; init; } = "";

    /// <summary>Fails a record only if it has an error to fail with.</summary>
    public bool CanFail => Errors.Length > 0;

    /// <summary>What is counted of each node with this operator.</summary>
    public ImmutableArray<string> Metrics =>
    [
        "in", "out",
        .. CanFail ? ["errors by reason"] : Array.Empty<string>(),
        "p99 µs per record",
    ];
}

/// <summary>An option of a node.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Meaning">One sentence.</param>
public sealed record OperatorOption(string Name, OptionKind Kind, string Meaning)
{
    public bool Required { get; init; }

    /// <summary>In words; empty where nothing stands for it.</summary>
    public string Default { get; init; } = "";

    /// <summary>The words allowed, for <see cref="OptionKind.Word"/>.</summary>
    public ImmutableArray<string> Allowed { get; init; } = [];
}

/// <summary>A port of an operator.</summary>
public sealed record PortContract(string Name, string Meaning)
{
    public static PortContract In { get; } = new("in", "records");

    public static PortContract Out { get; } = new("out", "records");
}

/// <summary>A reason for which a record can fail in an operator.</summary>
public sealed record OperatorError(string Reason, string Meaning);
