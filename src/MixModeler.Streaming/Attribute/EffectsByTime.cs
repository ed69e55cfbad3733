using System.Text;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Which effects a conversion is scored with: those in force at its own time. So a score that is taken back is the one that was given,
/// whatever was learned since.
/// </summary>
internal sealed class EffectsByTime
{
    private readonly List<(long FromMs, EffectSet Effects)> versions;

    public EffectsByTime(EffectSet effects) => versions = [(long.MinValue, effects)];

    private EffectsByTime(List<(long FromMs, EffectSet Effects)> versions) => this.versions = versions;

    /// <param name="conversionMs">When the conversion was.</param>
    /// <param name="note">What came with it: names its region.</param>
    public TouchEffects At(long conversionMs, string note)
    {
        int at = versions.Count - 1;
        while (at > 0 && versions[at].FromMs > conversionMs)
        {
            at--;
        }

        return versions[at].Effects.For(note);
    }

    /// <summary>From a time on others hold; not before the newest ones that are here.</summary>
    public void Add(long fromMs, EffectSet effects) => versions.Add((fromMs, effects));

    /// <summary>Forgets what no conversion from that time on is scored with.</summary>
    public void Forget(long beforeMs)
    {
        while (versions.Count > 1 && versions[1].FromMs <= beforeMs)
        {
            versions.RemoveAt(0);
        }
    }

    public void Save(PackedWriter to, bool hasRegions)
    {
        to.VarUInt((ulong)versions.Count);
        foreach ((long fromMs, EffectSet effects) in versions)
        {
            to.VarInt(fromMs);
            effects.All.Save(to);
            SaveRegions(to, effects, hasRegions);
        }
    }

    public static EffectsByTime Load(ref PackedReader from, bool hasRegions)
    {
        List<(long FromMs, EffectSet Effects)> versions = [];
        int count = from.Count(4);
        for (int i = 0; i < count; i++)
        {
            long fromMs = from.VarInt();
            EffectSet effects = EffectSet.Of(TouchEffects.Load(ref from));
            int regions = hasRegions ? from.Count(2) : 0;
            for (int r = 0; r < regions; r++)
            {
                string region = Encoding.UTF8.GetString(from.Bytes());
                effects.Regions[region] = TouchEffects.Load(ref from);
            }

            versions.Add((fromMs, effects));
        }

        return versions.Count > 0 ? new EffectsByTime(versions) : throw new InvalidDataException("there are no touch effects");
    }

    private static void SaveRegions(PackedWriter to, EffectSet effects, bool hasRegions)
    {
        if (!hasRegions)
        {
            return;
        }

        to.VarUInt((ulong)effects.Regions.Count);
        foreach ((string region, TouchEffects own) in effects.Regions)
        {
            to.Bytes(Encoding.UTF8.GetBytes(region));
            own.Save(to);
        }
    }
}
