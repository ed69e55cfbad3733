using System.Collections.Immutable;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>The operators that every topology can use by name.</summary>
public static class Operators
{
    /// <summary>In the order in which a flow is read: where records come from, what is done to them, where they go.</summary>
    public static ImmutableArray<OperatorContract> All { get; } =
    [
        .. PassingContracts.All,
        .. KeepingContracts.All,
        .. AddingContracts.All,
        .. EndContracts.All,
    ];

    public static OperatorContract? Find(string name) => All.FirstOrDefault(contract => contract.Name == name);

    /// <summary>The option that every operator with errors has.</summary>
    public static OperatorOption OnError { get; } = new("onError", OptionKind.FailurePolicy,
        "What happens to a record that fails here: `dead-letter`, `drop`, `stop`, or `{ retry: { attempts, backOff, then } }`.")
    { Default = "dead-letter" };
}
