using MixModeler.Streaming.Mix;

namespace MixModeler.Streaming.Measure;

/// <summary>A marketing-mix model as it stands. The model belongs to whoever asked.</summary>
/// <param name="Name">In the topology.</param>
/// <param name="Identity">Of everything that decides what is learned; another one is another model.</param>
/// <param name="Model">What reports are read off.</param>
/// <param name="Certificate">The newest one, or null where none was made yet.</param>
/// <param name="Refreshes">One for each period, oldest first.</param>
public sealed record MeasuredMix(string Name, string Identity, MixModel Model, MixCertificate? Certificate, IReadOnlyList<MixRefresh> Refreshes);
