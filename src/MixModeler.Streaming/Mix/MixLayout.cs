using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// Where everything of a model stands: inputs in a row, coordinates of a particle, coefficients of the linear part. Coefficients come
/// in this order: free ones, factors with a sign, channels that are integrated, channels whose effect is on the particle, steps of effects. Steps
/// come first where coefficients are integrated and those with a sign last, because there a Cholesky factor begins to draw.
/// </summary>
internal sealed class MixLayout
{
    public MixLayout(MixSpec spec)
    {
        Spec = spec;
        Channels = [.. spec.Channels.OrderBy(channel => IsIntegrated(channel) ? 0 : 1)];
        AddBaseline(spec);
        BaselineCount = CoefficientNames.Count;
        int integrated = Channels.Count(IsIntegrated);
        SignedCount = Signs.Count(sign => sign != 0) + integrated;
        foreach (ChannelSpec channel in Channels)
        {
            CoefficientNames.Add(channel.Name);
            CoefficientPriors.Add(channel.Effect.Prior);
            Signs.Add(1);
        }

        MediaColumns = [.. Channels.Select((_, c) => new MediaColumn(c, -1)), .. Channels.SelectMany(Steps)];
        FirstSteps = [.. Channels.Select((_, c) => Math.Max(0, Array.IndexOf(MediaColumns, new MediaColumn(c, 0))))];
        foreach (MediaColumn step in MediaColumns[Channels.Length..])
        {
            AddCoefficient($"{Channels[step.Channel].Name}.path{step.Step + 1}", new Prior(PriorKind.Normal, 0, 1), 0);
        }

        Integrated =
        [
            .. Enumerable.Range(BaselineCount + Channels.Length, StepCount), .. Enumerable.Range(0, BaselineCount + integrated),
        ];
        Places = [.. Channels.Select(Place)];
        CommonRoiAt = Open("spendShare.roi", spec.CommonRoi);
        SigmaAt = spec.Noise.IsFixed ? -1 : Add("sigma", spec.Noise);
        if (spec.Regions is { } regions)
        {
            LevelAt = Open("regions.level", regions.Level);
            EffectAt = Open("regions.effect", regions.Effect);
            ControlAt = Open("regions.control", regions.Control);
        }

        Inputs = [.. spec.Controls.Select(control => control.Column).Concat(Channels.Select(channel => channel.Column))
            .Concat(Channels.Select(channel => channel.SpendColumn).OfType<string>())
            .Concat(Channels.Select(channel => channel.Credit?.Column).OfType<string>()).Distinct()];
        MediaInputs = [.. Channels.Select(channel => IndexOf(channel.Column))];
        SpendInputs = [.. Channels.Select(channel => channel.SpendColumn is null ? -1 : IndexOf(channel.SpendColumn))];
        CreditInputs = [.. Channels.Select(channel => channel.Credit is null ? -1 : IndexOf(channel.Credit.Column))];
        ControlInputs = [.. spec.Controls.Select(control => IndexOf(control.Column))];
    }

    public MixSpec Spec { get; }

    /// <summary>Integrated ones first.</summary>
    public ChannelSpec[] Channels { get; }

    /// <summary>Numeric columns of a row, in their order.</summary>
    public string[] Inputs { get; }

    public int[] MediaInputs { get; }

    public int[] SpendInputs { get; }

    /// <summary>Of each channel; -1 where attribution says nothing of it.</summary>
    public int[] CreditInputs { get; }

    public int[] ControlInputs { get; }

    public List<string> CoefficientNames { get; } = [];

    public List<Prior> CoefficientPriors { get; } = [];

    /// <summary>0 free, 1 not negative, -1 not positive: then the column is turned around.</summary>
    public List<int> Signs { get; } = [];

    /// <summary>Coefficients that are no channel's.</summary>
    public int BaselineCount { get; }

    /// <summary>Channels, then steps of their paths: after the baseline's, the coefficients in their order.</summary>
    public MediaColumn[] MediaColumns { get; }

    /// <summary>Of each channel: its first step among the media's columns; 0 where its effect stands.</summary>
    public int[] FirstSteps { get; }

    /// <summary>Steps of all effects.</summary>
    public int StepCount => MediaColumns.Length - Channels.Length;

    /// <summary>Coefficients that are integrated, in the order of the system: steps, the baseline's, those of channels with a conjugate prior.</summary>
    public int[] Integrated { get; }

    /// <summary>The last of the integrated ones, which have a sign.</summary>
    public int SignedCount { get; }

    public int CoefficientCount => CoefficientNames.Count;

    public List<Prior> CoordinatePriors { get; } = [];

    public List<string> CoordinateNames { get; } = [];

    /// <summary>Coordinate of the ROI that channels are spread around, or -1.</summary>
    public int CommonRoiAt { get; }

    /// <summary>Coordinate of the noise, or -1 where it is fixed.</summary>
    public int SigmaAt { get; }

    /// <summary>Coordinate of the spread of regions' levels, or -1.</summary>
    public int LevelAt { get; } = -1;

    /// <summary>Coordinate of the spread of regions' effects, or -1.</summary>
    public int EffectAt { get; } = -1;

    /// <summary>Coordinate of the spread of regions' factors, or -1.</summary>
    public int ControlAt { get; } = -1;

    public ChannelPlace[] Places { get; }

    /// <summary>Numbers of one channel at most.</summary>
    public const int ParametersMax = 4;

    public int TermsMax => Channels.Max(channel => channel.Adstock.Terms);

    /// <summary>Standard deviations of what a region has of its own: level, factors, channels.</summary>
    public void Deviations(ReadOnlySpan<double> particle, Span<double> into)
    {
        RegionSpec regions = Spec.Regions!;
        into[0] = Of(LevelAt, regions.Level, particle);
        into.Slice(1, Spec.Controls.Count).Fill(Of(ControlAt, regions.Control, particle));
        into[(1 + Spec.Controls.Count)..].Fill(Of(EffectAt, regions.Effect, particle));

        static double Of(int at, Prior prior, ReadOnlySpan<double> particle) => at < 0 ? prior.A : prior.Value(particle[at]);
    }

    /// <summary>What a region adds to a coefficient of the baseline.</summary>
    public double LocalOf(int column, ReadOnlySpan<double> locals)
    {
        int firstControl = BaselineCount - Spec.Controls.Count;
        return column == 0 ? locals[0] : column >= firstControl ? locals[1 + column - firstControl] : 0;
    }

    /// <summary>The number of the region that an experiment was made in, or -1.</summary>
    public int RegionOf(LiftTest test)
    {
        IReadOnlyList<RegionShare> members = Spec.Regions!.Members;
        int region = members.Count - 1;
        while (region >= 0 && members[region].Name != test.Region)
        {
            region--;
        }

        return region;
    }

    // Regions' effects are shares of a common one and steps shares of the effect, which therefore has to be known: it is on the particle.
    private bool IsIntegrated(ChannelSpec channel) => Spec.Regions is null && channel.Path is null && channel.Effect.IsConjugate;

    private static IEnumerable<MediaColumn> Steps(ChannelSpec channel, int c) =>
        Enumerable.Range(0, channel.Path?.Steps ?? 0).Select(step => new MediaColumn(c, step));

    // Factors with a sign stand behind the others.
    private void AddBaseline(MixSpec spec)
    {
        AddCoefficient("intercept", spec.Intercept, 0);
        if (spec.Trend is Prior trend)
        {
            AddCoefficient("trend", trend, 0);
        }

        for (int k = 1; k <= spec.LevelSteps; k++)
        {
            AddCoefficient($"level{k}", spec.LevelStep, 0);
        }

        for (int k = 1; k <= spec.FourierOrder; k++)
        {
            AddCoefficient($"sin{k}", spec.FourierPrior, 0);
            AddCoefficient($"cos{k}", spec.FourierPrior, 0);
        }

        foreach (string holiday in spec.Holidays)
        {
            AddCoefficient(holiday, spec.HolidayPrior, 0);
        }

        foreach (ControlSpec control in spec.Controls.OrderBy(control => control.Impact == Impact.Auto ? 0 : 1))
        {
            AddCoefficient(control.Name, control.Prior, control.Impact switch { Impact.Positive => 1, Impact.Negative => -1, _ => 0 });
        }
    }

    private void AddCoefficient(string name, Prior prior, int sign)
    {
        CoefficientNames.Add(name);
        CoefficientPriors.Add(prior);
        Signs.Add(sign);
    }

    private ChannelPlace Place(ChannelSpec channel)
    {
        int[] adstock = [.. channel.Adstock.Parameters.Select(p => p.Prior.IsFixed ? -1 : Add($"{channel.Name}.{p.Name}", p.Prior))];
        int[] saturation = [.. channel.Saturation.Parameters.Select(p => p.Prior.IsFixed ? -1 : Add($"{channel.Name}.{p.Name}", p.Prior))];
        bool isOnParticle = !IsIntegrated(channel) && !channel.Effect.Prior.IsFixed;
        int effect = isOnParticle ? Add($"{channel.Name}.effect", channel.Effect.Prior) : -1;
        return new ChannelPlace(
            adstock, saturation, effect, Open($"{channel.Name}.bias", channel.Credit?.Bias), Open($"{channel.Name}.creditError", channel.Credit?.Error),
            Open($"{channel.Name}.step", channel.Path?.Step));
    }

    private int Open(string name, Prior? prior) => prior is not { IsFixed: false } open ? -1 : Add(name, open);

    private int Add(string name, Prior prior)
    {
        CoordinateNames.Add(name);
        CoordinatePriors.Add(prior);
        return CoordinateNames.Count - 1;
    }

    private int IndexOf(string column) => Array.IndexOf(Inputs, column);
}

/// <summary>Coordinates of a channel; -1 for a number that is fixed.</summary>
internal sealed record ChannelPlace(int[] Adstock, int[] Saturation, int Effect, int Bias, int CreditError, int Step);
