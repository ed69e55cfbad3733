namespace MixModeler.Streaming.Mix;

/// <summary>One number of the stream beside the batch.</summary>
/// <param name="Name">A parameter, or `contribution.CHANNEL`.</param>
/// <param name="Stream">Mean of the streaming posterior.</param>
/// <param name="Batch">Mean of the batch.</param>
/// <param name="MonteCarloError">Standard error of the difference, of both together.</param>
/// <param name="Distance">The difference in standard errors, without its sign.</param>
public sealed record MixDistance(string Name, double Stream, double Batch, double MonteCarloError, double Distance);

/// <summary>
/// How far the streaming posterior is from a batch run over the same data, number by number, in Monte-Carlo standard errors. The
/// stream's error comes from the variance between families of particles (Olsson and Douc 2019), the batch's from the
/// autocorrelation of its chains (Geyer 1992).
/// </summary>
/// <param name="Distances">Parameters first.</param>
/// <param name="Draws">Of the batch, all chains together.</param>
/// <param name="EffectiveDrawsMin">The least any number has of independent draws.</param>
/// <param name="RHatMax">Split R-hat, the largest: above 1.05 the batch itself has not arrived.</param>
/// <param name="BatchSeconds">What the batch took.</param>
public sealed record MixCertificate(
    IReadOnlyList<MixDistance> Distances, int Draws, double EffectiveDrawsMin, double RHatMax, double BatchSeconds)
{
    public const double DistanceAllowed = 3;

    public double MaxDistance => Distances.Max(each => each.Distance);

    /// <summary>Every number within three standard errors, of a batch whose chains agree.</summary>
    public bool Holds => MaxDistance <= DistanceAllowed && RHatMax < 1.05;

    /// <summary>Runs the batch and compares.</summary>
    public static MixCertificate Make(MixModel model, MixBatchOptions? options = null, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        options ??= MixBatchOptions.For(model);
        long start = time.GetTimestamp();
        MixDraws[] chains = MixBatch.Run(model, options, model.Spec.Seed);
        double seconds = time.GetElapsedTime(start).TotalSeconds;
        MixDraws stream = MixReport.DrawsOf(model);
        List<MixDistance> distances = [];
        (double effectiveMin, double rHatMax) = (double.PositiveInfinity, 1);
        for (int name = 0; name < stream.Names.Count; name++)
        {
            MixEstimate own = MixEstimate.Of(stream, name, model.Cloud.Grandparents);
            double[][] columns = [.. chains.Select(chain => chain.Column(name).ToArray())];
            ChainFigures batch = ChainFigures.Of(columns);
            double error = Math.Sqrt(own.MonteCarloError * own.MonteCarloError + batch.MonteCarloError * batch.MonteCarloError);
            // Of a number that is known both have the same but for rounding, and no error to count by.
            bool isSame = Math.Abs(own.Mean - batch.Mean) <= 1e-12 * Math.Abs(batch.Mean);
            double distance = isSame || error <= 0 ? 0 : Math.Abs(own.Mean - batch.Mean) / error;
            distances.Add(new MixDistance(stream.Names[name], own.Mean, batch.Mean, error, distance));
            effectiveMin = Math.Min(effectiveMin, batch.EffectiveDraws);
            rHatMax = Math.Max(rHatMax, batch.RHat);
        }

        return new MixCertificate(distances, options.Chains * options.Draws, effectiveMin, rHatMax, seconds);
    }
}
