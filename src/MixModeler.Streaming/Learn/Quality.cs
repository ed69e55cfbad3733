namespace MixModeler.Streaming.Learn;

/// <summary>How good predictions were. What has no value yet (no example, only one class) is NaN.</summary>
public sealed record Quality
{
    public long Examples { get; init; }

    public long Positives { get; init; }

    /// <summary>Mean of -ln(probability given to what happened).</summary>
    public double LogLoss { get; init; } = double.NaN;

    public double Auc { get; init; } = double.NaN;

    /// <summary>The exact rank AUC lies within this of <see cref="Auc"/>.</summary>
    public double AucErrorMax { get; init; } = double.NaN;

    /// <summary>Mean squared error.</summary>
    public double Brier { get; init; } = double.NaN;

    public double MeanPredicted { get; init; } = double.NaN;

    public double MeanObserved { get; init; } = double.NaN;

    /// <summary>Mean distance between predicted and observed over ten bins of equally many examples.</summary>
    public double CalibrationError { get; init; } = double.NaN;
}

/// <summary>A group of examples with similar predictions: calibrated when both means agree.</summary>
public readonly record struct ReliabilityBin(long Examples, double MeanPredicted, double MeanObserved);
