namespace MixModeler.Streaming.Mix;

/// <summary>A model as it is put away.</summary>
/// <param name="Model">As it stands.</param>
/// <param name="Refreshes">One for each period that it took in, oldest first.</param>
/// <param name="Certificate">The newest, or null where none was made yet.</param>
/// <param name="CertifiedPeriods">Periods that the model had taken in when the certificate was made.</param>
public sealed record StoredMix(MixModel Model, IReadOnlyList<MixRefresh> Refreshes, MixCertificate? Certificate, int CertifiedPeriods);
