using System.Text;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Edge.Tests.Decide;

public sealed class DeciderTests
{
    private readonly DecisionLog log = new(1_024);

    [Fact]
    public void A_known_visitor_is_scored_and_gets_the_first_rule_that_holds()
    {
        Decider decider = new(Sample.ReadyState(10), log);
        Decision decision = Decide(decider, "v3", nowMs: 5_000);
        Assert.Equal("subscribe-now", decision.Outcome.Experience);
        Assert.Equal("likely", decision.Outcome.Rule);
        Assert.Equal(LinearModel.Sigmoid(0.1 * Math.Log(4)), decision.Score);
        Assert.Equal(7, decision.ModelVersion);
        Assert.True(decision.IsKnown);
        Assert.Equal(4_000, decision.AgeMs);
    }

    [Fact]
    public void A_stranger_gets_what_the_scope_has_for_strangers()
    {
        Decision decision = Decide(new Decider(Sample.ReadyState(10), log), "nobody", nowMs: 5_000);
        Assert.Equal("welcome", decision.Outcome.Experience);
        Assert.False(decision.IsKnown);
        Assert.True(double.IsNaN(decision.Score));
    }

    [Fact]
    public void Features_age_without_events()
    {
        Decider decider = new(Sample.ReadyState(2, perMinute: -0.1), log);
        double fresh = Decide(decider, "v1", Sample.EventMs).Score;
        double later = Decide(decider, "v1", Sample.EventMs + 60_000).Score;
        Assert.Equal(LinearModel.Sigmoid(0.1 * Math.Log(2)), fresh);
        Assert.Equal(LinearModel.Sigmoid(0.1 * Math.Log(2) - 0.1 * Math.Log(2)), later);
    }

    [Fact]
    public void The_event_clock_reads_features_at_the_newest_event_time_seen()
    {
        EdgeState state = Sample.ReadyState(2, clock: "event", perMinute: -0.1);
        Decider decider = new(state, log);
        state.Saw(Sample.EventMs);
        double before = Decide(decider, "v1", nowMs: 5_000).Score;
        Assert.Equal(before, Decide(decider, "v1", nowMs: 9_000_000).Score);
        state.Saw(Sample.EventMs + 60_000);
        Assert.True(Decide(decider, "v1", nowMs: 5_000).Score < before);
    }

    [Fact]
    public void A_new_model_scores_everybody_anew_without_events()
    {
        EdgeState state = Sample.ReadyState(10);
        Decider decider = new(state, log);
        Assert.True(ModelCheck.TryLoad(Sample.Model(8, -3), Sample.Schema, out LinearModel? model, out _));
        state.Publish(state.Image!.With(model));
        Decision decision = Decide(decider, "v3", 5_000);
        Assert.Equal(8, decision.ModelVersion);
        Assert.Equal(LinearModel.Sigmoid(-3), decision.Score);
        Assert.Equal("brand-story", decision.Outcome.Experience);
    }

    [Fact]
    public void Nothing_is_decided_for_an_unknown_scope_or_before_a_snapshot()
    {
        EdgeState state = Sample.ReadyState(1);
        Assert.Equal(DecideOutcome.UnknownScope, new Decider(state, log).Decide("x"u8, "v0"u8, default, 0, out _));
        EdgeImage image = state.Image!;
        state.Publish(new EdgeImage(image.Plan, image.Model, image.Profiles, isReady: false));
        Assert.Equal(DecideOutcome.NotReady, new Decider(state, log).Decide("home-hero"u8, "v0"u8, default, 0, out _));
        Assert.Equal(DecideOutcome.NotReady, new Decider(new EdgeState(), log).Decide("home-hero"u8, "v0"u8, default, 0, out _));
        Assert.Equal(0, log.Decisions);
    }

    [Fact]
    public void Deciding_allocates_nothing()
    {
        Decider decider = new(Sample.ReadyState(10, perMinute: -0.1), log);
        long allocated = 0;
        for (int i = 0; i < 5_000; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            decider.Decide("home-hero"u8, "v3"u8, default, Sample.EventMs + i, out _);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
        Assert.Equal(5_000, log.Decisions);
    }

    private static Decision Decide(Decider decider, string visitor, long nowMs)
    {
        Assert.Equal(
            DecideOutcome.Decided,
            decider.Decide("home-hero"u8, Encoding.UTF8.GetBytes(visitor), default, nowMs, out Decision decision));
        return decision;
    }
}
