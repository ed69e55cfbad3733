using System.Collections.Immutable;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Diff;

namespace MixModeler.Streaming.Tests.Topology.Diff;

public sealed class StateMappingTests
{
    private static readonly TopologyPlan Before = TestTopology.PlanOf();

    [Fact]
    public void A_version_maps_to_itself()
    {
        StateMapping mapping = StateMapping.Between(Before, TestTopology.PlanOf());

        Assert.Equal([0, 1, 2, 3], mapping.FeatureFrom);
        Assert.True(mapping.IsIdentity);
        Assert.False(mapping.NeedsRebuild);
    }

    [Fact]
    public void Another_order_and_other_names_keep_what_the_features_hold()
    {
        TopologyPlan after = Before with
        {
            Schema = new FeatureSchema([Before.Schema.Features[2] with { Name = "since" }, Before.Schema.Features[0]]),
            Matches = [Before.Matches[2], Before.Matches[0]],
        };

        StateMapping mapping = StateMapping.Between(Before, after);

        Assert.Equal([2, 0], mapping.FeatureFrom);
        Assert.True(mapping.KeepsLabels);
        Assert.False(mapping.IsIdentity);
        Assert.False(mapping.NeedsRebuild);
        long[] row = new long[3];
        mapping.MapRow([9_000, 1, 2, 3, 4], row);
        Assert.Equal([9_000, 3, 1], row);
    }

    [Fact]
    public void A_feature_with_another_definition_is_rebuilt_and_unknown_in_old_rows()
    {
        TopologyPlan after = Before with { Matches = Before.Matches.SetItem(1, new FeatureMatch("eventType", "click2")) };

        StateMapping mapping = StateMapping.Between(Before, after);

        Assert.Equal([0, StateMapping.Rebuilt, 2, 3], mapping.FeatureFrom);
        Assert.True(mapping.NeedsRebuild);
        Assert.False(mapping.IsIdentity);
        long[] row = new long[5];
        mapping.MapRow([9_000, 1, 2, 3, 4], row);
        Assert.Equal([9_000, 1, 0, 3, 4], row);
    }

    [Fact]
    public void Equal_features_are_matched_in_order_and_one_too_many_is_rebuilt()
    {
        ImmutableArray<FeatureMatch> twice = [Before.Matches[0], Before.Matches[0]];
        TopologyPlan two = Before with
        {
            Schema = new FeatureSchema([new Feature("a", FeatureKind.Count), new Feature("b", FeatureKind.Count)]),
            Matches = twice,
        };
        TopologyPlan three = Before with
        {
            Schema = new FeatureSchema([.. two.Schema.Features, new Feature("c", FeatureKind.Count)]),
            Matches = twice.Add(Before.Matches[0]),
        };

        Assert.Equal([0, 1, StateMapping.Rebuilt], StateMapping.Between(two, three).FeatureFrom);
        Assert.Equal([0, 1], StateMapping.Between(three, two).FeatureFrom);
        Assert.False(StateMapping.Between(three, two).IsIdentity);
    }

    [Fact]
    public void Another_label_loses_the_decisions_that_wait_and_another_identity_loses_everything()
    {
        TopologyPlan label = Before with { Model = Before.Model! with { LabelEvent = "purchase" } };
        TopologyPlan identity = Before with { Source = Before.Source with { IdentityPaths = ["identityMap.ECID"] } };
        TopologyPlan none = Before with { Model = null };

        StateMapping otherLabel = StateMapping.Between(Before, label);
        Assert.False(otherLabel.KeepsLabels);
        Assert.True(otherLabel.NeedsRebuild);
        Assert.Equal([0, 1, 2, 3], otherLabel.FeatureFrom);
        Assert.All(StateMapping.Between(Before, identity).FeatureFrom, from => Assert.Equal(StateMapping.Rebuilt, from));
        Assert.False(StateMapping.Between(Before, none).NeedsRebuild);
        Assert.False(StateMapping.Between(Before, none).IsIdentity);
        Assert.True(StateMapping.Between(none, none).IsIdentity);
    }
}
