using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Attribute;

/// <summary>
/// Which effects a conversion is scored with: those in force at its own time. So a score that is taken back is the one that was given,
/// whatever was learned since.
/// </summary>
internal sealed class EffectsByTime
{
    private readonly List<(long FromMs, TouchEffects Effects)> versions;

    public EffectsByTime(TouchEffects effects) => versions = [(long.MinValue, effects)];

    private EffectsByTime(List<(long FromMs, TouchEffects Effects)> versions) => this.versions = versions;

    public TouchEffects Newest => versions[^1].Effects;

    public TouchEffects At(long conversionMs)
    {
        int at = versions.Count - 1;
        while (at > 0 && versions[at].FromMs > conversionMs)
        {
            at--;
        }

        return versions[at].Effects;
    }

    /// <summary>From a time on others hold; not before the newest ones that are here.</summary>
    public void Add(long fromMs, TouchEffects effects) => versions.Add((fromMs, effects));

    /// <summary>Forgets what no conversion from that time on is scored with.</summary>
    public void Forget(long beforeMs)
    {
        while (versions.Count > 1 && versions[1].FromMs <= beforeMs)
        {
            versions.RemoveAt(0);
        }
    }

    public void Save(PackedWriter to)
    {
        to.VarUInt((ulong)versions.Count);
        foreach ((long fromMs, TouchEffects effects) in versions)
        {
            to.VarInt(fromMs);
            effects.Save(to);
        }
    }

    public static EffectsByTime Load(ref PackedReader from)
    {
        List<(long FromMs, TouchEffects Effects)> versions = [];
        int count = from.Count(4);
        for (int i = 0; i < count; i++)
        {
            long fromMs = from.VarInt();
            versions.Add((fromMs, TouchEffects.Load(ref from)));
        }

        return versions.Count > 0 ? new EffectsByTime(versions) : throw new InvalidDataException("there are no touch effects");
    }
}
