namespace MixModeler.Streaming.Edge;

/// <summary>The edge cannot start; the message is a sentence for the person who started it.</summary>
public sealed class EdgeStartException(string message, Exception? cause = null) : Exception(message, cause);
