namespace MixModeler.Streaming.Mix;

/// <summary>Where models are learned from: what engines keep in Redis, or a run in memory.</summary>
public interface IMixSource
{
    /// <summary>Brought up to what is committed.</summary>
    /// <param name="attributions">Whose credits are wanted.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="TaskLostException">With <see cref="TaskLoss.StoreAway"/>.</exception>
    Task<MixLook> LookAsync(IReadOnlyCollection<string> attributions, CancellationToken stop);
}
