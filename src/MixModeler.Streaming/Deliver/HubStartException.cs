namespace MixModeler.Streaming.Deliver;

/// <summary>The hub cannot listen; the message says where and why.</summary>
public sealed class HubStartException(string message, Exception cause) : Exception(message, cause);
