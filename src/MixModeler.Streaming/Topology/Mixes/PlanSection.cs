using System.Collections.Immutable;
using System.Globalization;
using MixModeler.Streaming.Topology.Datasets;

namespace MixModeler.Streaming.Topology.Mixes;

/// <summary>`plans`: budgets that are spent where a mix says that they bring most, by name.</summary>
internal static class PlanSection
{
    public const string Plans = "plans";

    // Raise it where the same declaration makes another plan than before.
    private const string Format = "plan-1";
    private const int IdentityDigits = 12;
    private const int PlansMax = 64;
    private const int DrawsDefault = 200;

    private static readonly Shape One = Shape.Map(
        new("description", Shape.Text, "For people."),
        new("mix", Shape.Name("-_"), "The mix of this topology whose responses it is made of.") { Required = true },
        new("draws", Shape.Count(2, 5_000), "Draws of the mix's posterior.") { Default = DrawsDefault },
        new("terms", Shape.Anything, "Budget or goal, bounds, flights, as 'plan create --terms' takes them.") { Required = true });

    public static Shape Shape { get; } = Shape.Named("-_", One, PlansMax);

    /// <summary>In the order of their names.</summary>
    public static ImmutableArray<PlanDeclaration> Read(MapReader root, ImmutableArray<MixPlan> mixes, ProblemList problems)
    {
        if (!root.Has(Plans))
        {
            return [];
        }

        if (!root.Has(MixSection.Mixes) && !root.IsMisspelt(MixSection.Mixes))
        {
            problems.Add(root.KeyNode(Plans), $"'{Plans}' needs '{MixSection.Mixes}': a plan is made of what a mix has learned");
        }

        List<PlanDeclaration> plans = [];
        foreach ((YamlNode key, YamlNode value) in root.Named(Plans, "a plan"))
        {
            if (MapReader.Open(value, $"the plan {YamlNode.Quote(key.Text)}", problems, One) is not { } map)
            {
                continue;
            }

            (string? mix, YamlNode? terms) = (map.Name("mix"), map.Value("terms"));
            CheckMix(map, mix, mixes, problems);
            if (terms is { Kind: not YamlKind.Map })
            {
                problems.Add(terms, $"'terms' is a map such as {{ budget: 100000 }}; found {terms.Found}");
            }
            else if (mix is not null && terms is not null)
            {
                YamlNode decisive = map.Node.With(map.Node.Entries.Where(entry => entry.Key.Text != "description"));
                ulong hash = OperatorIdentity.Of([Format, problems.IsEmpty ? CanonicalText.Of(decisive, problems) : ""]);
                plans.Add(new PlanDeclaration(terms)
                {
                    Name = key.Text,
                    Description = map.Text("description") ?? "",
                    Identity = hash.ToString("x16", CultureInfo.InvariantCulture)[..IdentityDigits],
                    Mix = mix,
                    Draws = map.Count("draws"),
                });
            }
        }

        return [.. plans];
    }

    private static void CheckMix(MapReader map, string? name, ImmutableArray<MixPlan> mixes, ProblemList problems)
    {
        if (name is null || mixes.IsEmpty)
        {
            return;
        }

        YamlNode node = map.Value("mix")!;
        if (mixes.FirstOrDefault(each => each.Name == name) is not { } mix)
        {
            problems.Add(node, $"there is no mix {YamlNode.Quote(name)}{NearestName.Advice(name, [.. mixes.Select(each => each.Name)])}");
            return;
        }

        if (mix.Spec.Form == MixForm.Multiplicative)
        {
            problems.Add(node, $"the mix '{name}' is multiplicative; plans know sums over channels only");
        }

        if (mix.Grain != Grain.Weekly)
        {
            problems.Add(node, $"the mix '{name}' goes by days; plans go by weeks");
        }

        foreach (ChannelSpec channel in mix.Spec.Channels.Where(channel => channel.SpendColumn is null))
        {
            problems.Add(node, $"the channel '{channel.Name}' of the mix '{name}' has no 'spend', and a plan is about spend");
        }
    }
}
