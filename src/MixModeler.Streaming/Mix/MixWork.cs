namespace MixModeler.Streaming.Mix;

/// <summary>Names of what the owner of a topology's mixes keeps.</summary>
public static class MixWork
{
    /// <summary>Kafka's consumer group of the orders; its one partition makes the one owner.</summary>
    public static string GroupOf(string topology) => $"{topology}-mix";

    /// <summary>The scope of how far orders were read.</summary>
    public static string ScopeOf(string topology) => $"{topology}.mix";
}
