using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Edge.Decide;

// What decisions are made with: plan, model and profiles that belong together. Replaced as a whole, never changed, save
// that the table takes new rows.
internal sealed class EdgeImage(DecisionPlan plan, LinearModel model, ProfileTable profiles, bool isReady)
{
    public DecisionPlan Plan { get; } = plan;

    public FeatureSchema Schema { get; } = plan.Schema;

    public LinearModel Model { get; } = model;

    public ProfileTable Profiles { get; } = profiles;

    // False until a snapshot was complete: before, "unknown visitor" would only mean "not heard of yet".
    public bool IsReady { get; } = isReady;

    public EdgeImage With(LinearModel next) => new(Plan, next, Profiles, IsReady);

    public EdgeImage Ready() => new(Plan, Model, Profiles, true);
}
