namespace MixModeler.Streaming.Plan.Curves;

/// <summary>A concave function over an interval, nowhere below the curve it was made of.</summary>
public interface IConcaveEnvelope
{
    double Lower { get; }

    double Upper { get; }

    double Value(double spend);

    double Slope(double spend);

    /// <summary>A spend that maximises Value(x) − price · x; where several do, one of them.</summary>
    double BestAt(double price);
}
