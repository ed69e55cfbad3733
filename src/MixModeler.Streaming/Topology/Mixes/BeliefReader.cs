namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>`priorKnowledge` and `spendShare`: what is known of channels and base beside the priors of single effects.</summary>
internal static class BeliefReader
{
    private static readonly NumberRange Share = new(0, false, 1, false);

    /// <summary>The spec with the effects that follow; a problem for each that is told twice, or cannot be.</summary>
    public static MixSpec Read(MapReader map, MixSpec spec, ProblemList problems)
    {
        MapReader? channels = map.Value("channels") is { } node ? MapReader.Open(node, "'channels'", problems, allowed: null) : null;
        HashSet<string> told = channels is null ? [] : [.. channels.Keys.Where(key => channels.Value(key.Text)?["effect"] is not null).Select(key => key.Text)];
        return ReadSpendShare(map, ReadKnowledge(map, spec, told, problems), told, problems);
    }

    private static MixSpec ReadKnowledge(MapReader map, MixSpec spec, HashSet<string> told, ProblemList problems)
    {
        if (map.Value("priorKnowledge", required: false) is not YamlNode node
            || MapReader.Open(node, "'priorKnowledge'", problems, ["channels", "base"]) is not MapReader knowledge)
        {
            return spec;
        }

        Dictionary<string, Belief> beliefs = new(StringComparer.Ordinal);
        MapReader? named = knowledge.Value("channels", required: false) is YamlNode each
            ? MapReader.Open(each, "'channels' of 'priorKnowledge'", problems, [.. spec.Channels.Select(channel => channel.Name)])
            : null;
        foreach (YamlNode key in named?.Keys ?? [])
        {
            if (!told.Add(key.Text))
            {
                problems.Add(key, $"the channel '{key.Text}' has an 'effect' of its own: what is known of it is told once");
            }

            if (ReadBelief(named!.Value(key.Text)!, key.Text, problems) is { } belief)
            {
                beliefs[key.Text] = belief;
            }
        }

        Belief? ofBase = knowledge.Value("base", required: false) is YamlNode baseNode ? ReadBelief(baseNode, "base", problems) : null;
        double sum = beliefs.Values.Sum(belief => belief.Share) + (ofBase?.Share ?? 0);
        if (sum > 1)
        {
            problems.Add(node, FormattableString.Invariant($"the shares of 'priorKnowledge' sum to {sum:0.###}: all of the outcome is 1"));
        }

        if (ofBase is not null && (spec.Form == MixForm.Multiplicative || map.Has("regions")))
        {
            problems.Add(knowledge.KeyNode("base"), "'base' needs the additive form and no regions: only there a share of it is linear in the effects");
        }

        return spec with
        {
            Base = ofBase,
            Channels = [.. spec.Channels.Select(channel => beliefs.TryGetValue(channel.Name, out Belief? belief)
                ? channel with { Effect = new EffectSpec(EffectKind.Contribution, belief.OfContribution) }
                : channel)],
        };
    }

    private static MixSpec ReadSpendShare(MapReader map, MixSpec spec, HashSet<string> told, ProblemList problems)
    {
        if (map.Value("spendShare", required: false) is not YamlNode node
            || MapReader.Open(node, "'spendShare'", problems, ["confidence", "roi"]) is not MapReader spend)
        {
            return spec;
        }

        double confidence = spend.Number("confidence", 0.3, Share);
        EffectSpec effect = new(EffectKind.SpendShare, new Prior(PriorKind.LogNormal, 0, Belief.Spread(confidence)));
        bool Takes(ChannelSpec channel) => channel.SpendColumn is not null && !told.Contains(channel.Name);
        if (!spec.Channels.Any(Takes))
        {
            problems.Add(map.KeyNode("spendShare"), "'spendShare' has no channel to speak of: one with a 'spend', and without an 'effect' or prior knowledge");
        }

        return spec with
        {
            CommonRoi = PriorReader.Read(
                spend, "roi", new Prior(PriorKind.LogNormal, 0, 1), PriorKind.Fixed, PriorKind.LogNormal, PriorKind.Gamma, PriorKind.HalfNormal),
            Channels = [.. spec.Channels.Select(channel => Takes(channel) ? channel with { Effect = effect } : channel)],
        };
    }

    private static Belief? ReadBelief(YamlNode node, string of, ProblemList problems)
    {
        if (MapReader.Open(node, $"what is known of '{of}'", problems, ["share", "confidence"]) is not MapReader map)
        {
            return null;
        }

        // Required: a share without a confidence says nothing.
        bool isWhole = map.Value("share", required: true) is not null & map.Value("confidence", required: true) is not null;
        (double share, double confidence) = (map.Number("share", 0, Share), map.Number("confidence", 0, Share));
        return isWhole && share > 0 && confidence > 0 ? new Belief(share, confidence) : null;
    }
}
