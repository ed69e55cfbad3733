using System.Text;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// The survival models of a task: one of all visitors and, where regions have their own, one of each region beside it. A region's effects are
/// used once it has had enough conversions; until then, and where a region is not known, those of all are. Not thread-safe.
/// </summary>
internal sealed class SurvivalModels
{
    // A region that comes later is served by the model of all.
    private const int RegionsMax = 128;

    private readonly HazardOptions options;
    private readonly int regionConversions;
    private readonly SortedDictionary<string, Taught> regions = new(StringComparer.Ordinal);

    /// <param name="options">How each of them begins.</param>
    /// <param name="regionConversions">Conversions after which a region's effects are used; 0 for no models by region.</param>
    public SurvivalModels(HazardOptions options, int regionConversions = 0)
        : this(new HazardModel(options), options, regionConversions)
    {
    }

    /// <summary>One model that is somebody else's.</summary>
    public SurvivalModels(HazardModel all)
        : this(all, new HazardOptions(), 0)
    {
    }

    private SurvivalModels(HazardModel all, HazardOptions options, int regionConversions)
    {
        All = new Taught(all);
        (this.options, this.regionConversions) = (options, regionConversions);
    }

    public Taught All { get; }

    /// <summary>Of a visitor's region; null where there is none of its own.</summary>
    public Taught? Of(string region)
    {
        if (regionConversions == 0 || region.Length == 0)
        {
            return null;
        }

        if (!regions.TryGetValue(region, out Taught? own) && regions.Count < RegionsMax)
        {
            regions[region] = own = new Taught(new HazardModel(options));
        }

        return own;
    }

    /// <summary>The effects as they stand.</summary>
    public EffectSet Effects(long version)
    {
        SortedDictionary<string, TouchEffects> own = new(StringComparer.Ordinal);
        foreach ((string region, Taught model) in regions.Where(each => each.Value.Model.Conversions >= regionConversions))
        {
            own[region] = model.Model.Effects(version);
        }

        return new EffectSet(All.Model.Effects(version), own);
    }

    /// <summary>What was learned so far counts less.</summary>
    /// <param name="keep">What it counts, from 0 to 1.</param>
    public void Forget(double keep)
    {
        All.Model.Forget(keep);
        foreach (Taught region in regions.Values)
        {
            region.Model.Forget(keep);
        }
    }

    public void Save(PackedWriter to)
    {
        All.Model.Save(to);
        if (regionConversions > 0)
        {
            to.VarUInt((ulong)regions.Count);
            foreach ((string region, Taught model) in regions)
            {
                to.Bytes(Encoding.UTF8.GetBytes(region));
                model.Model.Save(to);
            }
        }
    }

    /// <exception cref="InvalidDataException">The bytes are no models of this format.</exception>
    public static SurvivalModels Load(ref PackedReader from, HazardOptions options, int regionConversions)
    {
        SurvivalModels models = new(HazardModel.Load(ref from), options, regionConversions);
        int count = regionConversions > 0 ? from.Count(2) : 0;
        for (int i = 0; i < count; i++)
        {
            string region = Encoding.UTF8.GetString(from.Bytes());
            models.regions[region] = new Taught(HazardModel.Load(ref from));
        }

        return models;
    }

    /// <summary>A model with the days that it is being taught.</summary>
    internal sealed class Taught(HazardModel model)
    {
        public HazardModel Model => model;

        public ExposureDays Days { get; } = new(model);
    }
}

/// <summary>One version of what touches add: to all, and in regions that have effects of their own.</summary>
internal sealed record EffectSet(TouchEffects All, SortedDictionary<string, TouchEffects> Regions)
{
    public static EffectSet Of(TouchEffects all) => new(all, new SortedDictionary<string, TouchEffects>(StringComparer.Ordinal));

    /// <param name="note">Of the conversion: names its region.</param>
    public TouchEffects For(string note) =>
        Regions.Count > 0 && Regions.TryGetValue(ConversionNote.Parts(note).Segment, out TouchEffects? own) ? own : All;
}
