namespace MixModeler.Streaming.Plan.Curves;

/// <summary>A curve that is convex up to a point and concave from there on: an S, or concave throughout.</summary>
internal interface ISmoothCurve : IResponseCurve
{
    /// <summary>Where the concave part begins; 0 where the whole curve is concave, infinite where none of it is.</summary>
    double Inflection { get; }

    /// <summary>The spend within the concave part between two bounds at which the slope is the one given; a bound where it is met nowhere.</summary>
    double SpendAt(double slope, double from, double to);
}
