using MixModeler.Streaming.Plan.Curves;

namespace MixModeler.Streaming.Plan.Solve;

/// <summary>
/// Maximises a sum of concave functions of one spend each under one budget. Karush–Kuhn–Tucker: there is one price at which every
/// channel takes what is best for it alone and the budget comes out even; the price is found between two that spend too much and
/// too little. At a price where a channel is indifferent over a range, the plans of both sides are mixed, which is as good as
/// either. For any price at all, price · budget + Σ max (f(x) − price · x) is a bound, so what is returned proves itself.
/// </summary>
/// <remarks>O(channels) a price, some dozen prices; a good hint saves the search for the bracket.</remarks>
internal sealed class WaterFilling
{
    private const int PricesMax = 200;

    private readonly IConcaveEnvelope[] envelopes;
    private readonly double budget;
    private double[] richer;                      // Spends at the lower price: too much, or just enough.
    private double[] poorer;                      // Spends at the higher price: too little, or just enough.
    private double low;
    private double high;
    private double excess;
    private double lack;

    private WaterFilling(IConcaveEnvelope[] envelopes, double budget)
    {
        this.envelopes = envelopes;
        this.budget = budget;
        richer = new double[envelopes.Length];
        poorer = new double[envelopes.Length];
    }

    /// <returns>Null where the bounds leave no plan.</returns>
    public static Filling? Solve(IConcaveEnvelope[] envelopes, double budget, bool spendAll, double priceHint)
    {
        double least = envelopes.Sum(envelope => envelope.Lower);
        double most = envelopes.Sum(envelope => envelope.Upper);
        double slack = 1e-12 * Math.Max(1, Math.Abs(budget));
        if (least > budget + slack || (spendAll && most < budget - slack))
        {
            return null;
        }

        return new WaterFilling(envelopes, budget).Run(spendAll, priceHint, least, most);
    }

    private Filling Run(bool spendAll, double priceHint, double least, double most)
    {
        if (!spendAll && SpendAt(0, richer) <= budget)
        {
            return Bounded(richer, 0, double.PositiveInfinity);
        }

        if (least >= budget || most <= budget)
        {
            double[] only = [.. envelopes.Select(envelope => least >= budget ? envelope.Lower : envelope.Upper)];
            double price = Price(only, least >= budget);
            return new Filling(only, Value(only), Value(only), price);
        }

        Bracket(double.IsFinite(priceHint) && priceHint != 0 ? priceHint : AverageSlope(), priceHint != 0 ? 1e-3 : 0.5);
        Narrow();
        double[] mixed = new double[envelopes.Length];
        double share = excess <= 0 ? 1 : lack / (excess + lack);
        for (int i = 0; i < mixed.Length; i++)
        {
            mixed[i] = poorer[i] + (share * (richer[i] - poorer[i]));
        }

        return Bounded(mixed, low, high);
    }

    // The multiplier where only one plan exists is anything between two slopes; the nearest to a trade is said.
    private double Price(double[] spend, bool atLower)
    {
        double price = atLower ? double.NegativeInfinity : double.PositiveInfinity;
        for (int i = 0; i < spend.Length; i++)
        {
            if (envelopes[i].Upper > envelopes[i].Lower)
            {
                double slope = Math.Min(envelopes[i].Slope(spend[i]), 1e300);
                price = atLower ? Math.Max(price, slope) : Math.Min(price, slope);
            }
        }

        return double.IsFinite(price) ? price : 0;
    }

    private Filling Bounded(double[] spend, double price, double otherPrice)
    {
        double bound = Dual(price);
        double other = double.IsFinite(otherPrice) ? Dual(otherPrice) : double.PositiveInfinity;
        return new Filling([.. spend], Value(spend), Math.Min(bound, other), bound <= other ? price : otherPrice);
    }

    private double Dual(double price)
    {
        double sum = price * budget;
        foreach (IConcaveEnvelope envelope in envelopes)
        {
            double best = envelope.BestAt(price);
            sum += envelope.Value(best) - (price * best);
        }

        return sum;
    }

    private double Value(double[] spend)
    {
        double sum = 0;
        for (int i = 0; i < spend.Length; i++)
        {
            sum += envelopes[i].Value(spend[i]);
        }

        return sum;
    }

    private double AverageSlope()
    {
        double width = envelopes.Sum(envelope => envelope.Upper - envelope.Lower);
        return envelopes.Sum(envelope => envelope.Value(envelope.Upper) - envelope.Value(envelope.Lower)) / width;
    }

    private double SpendAt(double price, double[] into)
    {
        double sum = 0;
        for (int i = 0; i < into.Length; i++)
        {
            into[i] = envelopes[i].BestAt(price);
            sum += into[i];
        }

        return sum;
    }

    // Steps away from the first price, each four times as wide, until the budget lies between two. Both ends exist: at a high
    // enough price all spend their least, at a low enough one their most.
    private void Bracket(double start, double firstStep)
    {
        double step = Math.Max(Math.Abs(start) * firstStep, double.Epsilon * 1e10);
        double sum = SpendAt(start, richer);
        bool raising = sum > budget;
        low = high = start;
        excess = sum - budget;
        lack = budget - sum;
        if (!raising)
        {
            (richer, poorer) = (poorer, richer);
        }

        while (true)
        {
            double price = raising ? high + step : low - step;
            step *= 4;
            sum = SpendAt(price, raising ? poorer : richer);
            if (raising == (sum > budget))
            {
                // Still on the same side: this price takes the place of the one before.
                (richer, poorer) = (poorer, richer);
                (low, high) = (price, price);
                (excess, lack) = (sum - budget, budget - sum);
                continue;
            }

            (low, high) = raising ? (low, price) : (price, high);
            (excess, lack) = raising ? (excess, budget - sum) : (sum - budget, lack);
            return;
        }
    }

    // Regula falsi, halving every third step, so that neither a kink nor a tail can hold it up.
    private void Narrow()
    {
        double[] spare = new double[envelopes.Length];
        for (int step = 0; step < PricesMax && excess > 0 && lack > 0; step++)
        {
            double price = step % 3 == 2 ? low + ((high - low) / 2) : low + ((high - low) * (excess / (excess + lack)));
            if (price <= low || price >= high)
            {
                price = low + ((high - low) / 2);
                if (price <= low || price >= high)
                {
                    return;                       // Two neighbouring numbers: there is nothing between them.
                }
            }

            double sum = SpendAt(price, spare);
            if (sum > budget)
            {
                (richer, spare) = (spare, richer);
                (low, excess) = (price, sum - budget);
            }
            else
            {
                (poorer, spare) = (spare, poorer);
                (high, lack) = (price, budget - sum);
            }
        }
    }
}
