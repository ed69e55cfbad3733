using System.Collections.Immutable;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators.Custom;

/// <summary>
/// An operator of your own: a public class with a constructor without parameters in an assembly that a node names. One instance
/// for each node and task, used by one thread at a time.
/// </summary>
/// <remarks>
/// To be exact after a crash it must depend on the record, its options and its memory alone: no clock, no randomness, no files.
/// </remarks>
public interface ICustomOperator
{
    /// <summary>What it takes and gives. Asked once, before anything else.</summary>
    CustomContract Contract { get; }

    /// <summary>The node's options as texts; those with a default are there too.</summary>
    /// <exception cref="ArgumentException">An option cannot be used: the message is shown at the node.</exception>
    void Configure(IReadOnlyDictionary<string, string> options);

    /// <summary>
    /// One record. What is emitted and kept counts only if this returns; what it throws is a failure of the record, which follows
    /// the node's policy.
    /// </summary>
    void Process(CustomRecord record);
}

/// <summary>The name by which nodes ask for it.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class OperatorAttribute(string name) : System.Attribute
{
    public string Name { get; } = name;
}

/// <summary>What a custom operator takes and gives.</summary>
public sealed record CustomContract
{
    /// <summary>Its options beside `assembly` and `onError`; each is one text.</summary>
    public ImmutableArray<CustomOption> Options { get; init; } = [];

    /// <summary>Fields that a record must have here, with their types.</summary>
    public ImmutableArray<CelField> Reads { get; init; } = [];

    /// <summary>Fields that it adds.</summary>
    public ImmutableArray<CelField> Adds { get; init; } = [];

    /// <summary>Keeps bytes for each key.</summary>
    public bool KeepsMemory { get; init; }
}

/// <param name="Name">Its key.</param>
/// <param name="Default">What stands for it; null makes it required.</param>
public sealed record CustomOption(string Name, string? Default = null);
