namespace MixModeler.Streaming.Attribute;

/// <summary>How a rule shares one conversion among the touches before it.</summary>
public enum TouchRule
{
    /// <summary>All to the first touch.</summary>
    First,

    /// <summary>All to the last touch.</summary>
    Last,

    /// <summary>The same to each touch.</summary>
    Linear,

    /// <summary>U shape: 0.4 to the first, 0.4 to the last, 0.2 shared by those between; 0.5 and 0.5 of two; 1 of one.</summary>
    Position,

    /// <summary>In proportion to 2^(-age / half-life).</summary>
    Decay,
}

/// <summary>Shares of one conversion by rules that look at nothing but the path. Shares are at least 0 and sum to 1.</summary>
public static class TouchRules
{
    private const double EndShare = 0.4;
    private const double MiddleShare = 0.2;

    /// <summary>Writes the share of each touch.</summary>
    /// <param name="rule">Any but <see cref="TouchRule.Decay"/>, which needs ages.</param>
    /// <param name="shares">One place per touch in order of time; at least one.</param>
    public static void Share(TouchRule rule, Span<double> shares)
    {
        ArgumentOutOfRangeException.ThrowIfZero(shares.Length);
        int last = shares.Length - 1;
        shares.Clear();
        switch (rule)
        {
            case TouchRule.First:
                shares[0] = 1;
                break;
            case TouchRule.Last:
                shares[last] = 1;
                break;
            case TouchRule.Linear:
                shares.Fill(1.0 / shares.Length);
                break;
            case TouchRule.Position when last <= 1:
                shares.Fill(1.0 / shares.Length);
                break;
            case TouchRule.Position:
                shares.Fill(MiddleShare / (shares.Length - 2));
                (shares[0], shares[last]) = (EndShare, EndShare);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(rule), rule, "time decay is shared by ages");
        }
    }

    /// <summary>Time decay: in proportion to 2^(-age / half-life).</summary>
    /// <param name="ages">Of each touch at the conversion, in the unit of the half-life; not negative.</param>
    /// <param name="halfLife">Above 0.</param>
    /// <param name="shares">As long as the ages.</param>
    public static void ShareByAge(ReadOnlySpan<double> ages, double halfLife, Span<double> shares)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ages.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfLife);

        // Only differences of ages matter. Taken from the youngest, one power is 1 and the sum cannot underflow.
        double youngest = double.PositiveInfinity;
        foreach (double age in ages)
        {
            youngest = Math.Min(youngest, age);
        }

        double sum = 0;
        for (int i = 0; i < ages.Length; i++)
        {
            shares[i] = double.Exp2((youngest - ages[i]) / halfLife);
            sum += shares[i];
        }

        for (int i = 0; i < ages.Length; i++)
        {
            shares[i] /= sum;
        }
    }

    /// <summary>Time decay where only the order is known: the age of a touch is its number of steps before the last one.</summary>
    public static void ShareBySteps(double halfLifeSteps, Span<double> shares)
    {
        ArgumentOutOfRangeException.ThrowIfZero(shares.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfLifeSteps);
        double sum = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = double.Exp2((i - (shares.Length - 1)) / halfLifeSteps);
            sum += shares[i];
        }

        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] /= sum;
        }
    }
}
