namespace MixModeler.Streaming.Plan.Curves;

/// <summary>What a curve leaves once every unit of spend is paid for at a price.</summary>
internal sealed class PricedCurve(IResponseCurve curve, double price) : IResponseCurve
{
    public double Value(double spend) => curve.Value(spend) - (price * spend);

    public double Slope(double spend) => curve.Slope(spend) - price;

    public IConcaveEnvelope EnvelopeOver(double lower, double upper) => new PricedEnvelope(curve.EnvelopeOver(lower, upper), price);

    public IResponseCurve Scaled(double response, double unit) => new PricedCurve(curve.Scaled(response, unit), price * response / unit);

    private sealed class PricedEnvelope(IConcaveEnvelope envelope, double price) : IConcaveEnvelope
    {
        public double Lower => envelope.Lower;

        public double Upper => envelope.Upper;

        public double Value(double spend) => envelope.Value(spend) - (price * spend);

        public double Slope(double spend) => envelope.Slope(spend) - price;

        public double BestAt(double other) => envelope.BestAt(other + price);
    }
}
