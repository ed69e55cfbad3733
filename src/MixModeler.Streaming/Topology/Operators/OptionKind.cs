namespace MixModeler.Streaming.Topology.Operators;

/// <summary>What the value of a node's option is.</summary>
public enum OptionKind
{
    /// <summary>One line of text.</summary>
    Text,

    /// <summary>One of the allowed words.</summary>
    Word,

    /// <summary>A CEL expression of any type.</summary>
    Expression,

    /// <summary>A CEL expression of type bool.</summary>
    Predicate,

    /// <summary>A map of names to CEL expressions.</summary>
    Expressions,

    /// <summary>A map of names to CEL predicates, in order.</summary>
    Predicates,

    /// <summary>A duration such as 10s, 5m, 1h or 7d.</summary>
    Duration,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A whole number.</summary>
    Count,

    /// <summary>A list of names of fields.</summary>
    Names,

    /// <summary>A list of texts.</summary>
    Texts,

    /// <summary>A map of names to numbers.</summary>
    Numbers,

    /// <summary>A map of field names to a type, or to path, type and default.</summary>
    Fields,

    /// <summary>A map of field names to an aggregate function and what it is of.</summary>
    Aggregates,

    /// <summary>A path of a file, relative to the topology's folder.</summary>
    File,

    /// <summary>dead-letter, drop, stop, or a map with retry.</summary>
    FailurePolicy,
}
