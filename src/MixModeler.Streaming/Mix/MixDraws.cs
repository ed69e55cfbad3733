using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// Draws from a posterior, weighted or not, turned into numbers with names and in the units of the data: parameters first, then
/// what each channel contributed over all periods.
/// </summary>
internal sealed class MixDraws
{
    private readonly MixLayout layout;
    private readonly ParticleLayout particles;
    private readonly MixHistory history;
    private readonly List<double[]> rows = [];

    public MixDraws(MixLayout layout, ParticleLayout particles, MixHistory history)
    {
        this.layout = layout;
        this.particles = particles;
        this.history = history;
        Names = NamesOf(layout);
    }

    /// <summary>Ends with one `contribution.CHANNEL` for each channel.</summary>
    public IReadOnlyList<string> Names { get; }

    public int ParameterCount => Names.Count - layout.Channels.Length;

    public int Count => rows.Count;

    /// <summary>Of each draw; sum to 1.</summary>
    public List<double> Weights { get; } = [];

    public double this[int draw, int name] => rows[draw][name];

    public IEnumerable<double> Column(int name) => rows.Select(row => row[name]);

    /// <summary>Adds a particle whose sums and coefficients are those of its coordinates.</summary>
    public void Add(MixLikelihood likelihood, Span<double> particle, double weight)
    {
        List<double> row = new(Names.Count);
        Span<double> coefficients = particles.CoefficientsOf(particle);
        double unit = layout.Spec.Form == MixForm.Additive ? history.Scales.Target : 1;
        for (int c = 0; c < layout.Channels.Length; c++)
        {
            ChannelSpec channel = layout.Channels[c];
            ChannelPlace place = layout.Places[c];
            AddParameters(row, channel.Adstock.Parameters, place.Adstock, particle, null);
            AddParameters(row, channel.Saturation.Parameters, place.Saturation, particle, history.Scales.Media[c]);
            row.Add(coefficients[layout.BaselineCount + c] * unit);
            AddPath(row, likelihood, c, particle, unit);
            if (place.Bias >= 0)
            {
                row.Add(channel.Credit!.Bias.Value(particle[place.Bias]));
            }

            if (place.CreditError >= 0)
            {
                row.Add(channel.Credit!.Error.Value(particle[place.CreditError]) * unit);
            }
        }

        for (int j = 0; j < layout.BaselineCount; j++)
        {
            row.Add(coefficients[j] * unit * (layout.Signs[j] < 0 ? -1 : 1));
        }

        row.Add(likelihood.Sigma(particle) * unit);
        AddShared(row, particle, unit);
        AddContributions(row, likelihood, particle, unit);
        rows.Add([.. row]);
        Weights.Add(weight);
    }

    // How large its steps are, if that is learned, and what the effect has come to.
    private void AddPath(List<double> row, MixLikelihood likelihood, int channel, Span<double> particle, double unit)
    {
        if (layout.Places[channel].Step >= 0)
        {
            row.Add(likelihood.Paths.StepOf(channel, particle));
        }

        if (layout.Channels[channel].Path is not null)
        {
            row.Add(unit * likelihood.Paths.Effect(channel, Math.Max(0, history.Periods - 1), particle));
        }
    }

    private void AddShared(List<double> row, ReadOnlySpan<double> particle, double unit)
    {
        foreach ((int at, Prior prior, double scale) in new[]
        {
            (layout.CommonRoiAt, layout.Spec.CommonRoi ?? default, 1.0),
            (layout.LevelAt, layout.Spec.Regions?.Level ?? default, unit),
            (layout.EffectAt, layout.Spec.Regions?.Effect ?? default, 1),
            (layout.ControlAt, layout.Spec.Regions?.Control ?? default, unit),
        })
        {
            if (at >= 0)
            {
                row.Add(prior.Value(particle[at]) * scale);
            }
        }
    }

    private void AddContributions(List<double> row, MixLikelihood likelihood, Span<double> particle, double unit)
    {
        Span<double> coefficients = particles.CoefficientsOf(particle);
        if (layout.Spec.Form == MixForm.Additive)
        {
            for (int c = 0; c < layout.Channels.Length; c++)
            {
                row.Add(coefficients[layout.BaselineCount + c] * unit * SumOf(likelihood, particle, c));
            }

            return;
        }

        MixPath path = new(layout, particles, history);
        path.Fill(likelihood, particle);
        for (int c = 0; c < layout.Channels.Length; c++)
        {
            row.Add(Columns.Sum(path.Contribution(c)));
        }
    }

    // Saturated media over all periods; where there are regions, weighed by their shares and their own effects.
    private double SumOf(MixLikelihood likelihood, Span<double> particle, int channel)
    {
        double sum = likelihood.Paths.Sum(channel, particle);
        for (int r = 0; r < particles.Regions; r++)
        {
            sum += history.Regions!.Shares[r] * particles.LocalsOf(particle, r)[1 + layout.Spec.Controls.Count + channel]
                * particles.RegionChannel(particle, r, channel)[particles.RegionSumAt];
        }

        return sum;
    }

    private static void AddParameters(List<double> row, IReadOnlyList<ParameterSpec> parameters, int[] places, ReadOnlySpan<double> particle, double? scale)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            if (places[i] >= 0)
            {
                double value = parameters[i].Prior.Value(particle[places[i]]);
                row.Add(scale is double media ? SaturationSpec.InMediaUnits(parameters[i].Name, value, media) : value);
            }
        }
    }

    private static List<string> NamesOf(MixLayout layout)
    {
        List<string> names = [];
        foreach ((ChannelSpec channel, ChannelPlace place) in layout.Channels.Zip(layout.Places))
        {
            names.AddRange(channel.Adstock.Parameters.Concat(channel.Saturation.Parameters)
                .Where(parameter => !parameter.Prior.IsFixed)
                .Select(parameter => $"{channel.Name}.{parameter.Name}"));
            names.Add($"{channel.Name}.beta");
            names.AddRange(place.Step >= 0 ? [$"{channel.Name}.step"] : []);
            names.AddRange(channel.Path is not null ? [$"{channel.Name}.betaNow"] : []);
            names.AddRange(place.Bias >= 0 ? [$"{channel.Name}.bias"] : []);
            names.AddRange(place.CreditError >= 0 ? [$"{channel.Name}.creditError"] : []);
        }

        names.AddRange(layout.CoefficientNames.Take(layout.BaselineCount));
        names.Add("sigma");
        int[] shared = [layout.CommonRoiAt, layout.LevelAt, layout.EffectAt, layout.ControlAt];
        names.AddRange(shared.Where(at => at >= 0).Select(at => layout.CoordinateNames[at]));
        names.AddRange(layout.Channels.Select(channel => $"contribution.{channel.Name}"));
        return names;
    }
}
