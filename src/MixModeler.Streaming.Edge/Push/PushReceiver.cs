using System.Text.Json;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Push;

// Applies what the hub sends. The one writer of the edge's state; owned by the push link's receiving loop.
internal sealed class PushReceiver(EdgeState state, PushCounters counters, int visitorsMax, TimeProvider time)
{
    private long[] words = [];
    private bool isLive;

    public void OnWelcome(ReadOnlySpan<byte> payload)
    {
        WelcomeMessage welcome = WelcomeMessage.Read(payload);
        isLive = false;
        counters.HeadSequence = welcome.HeadSequence;
        if (welcome.Resumes)
        {
            counters.Resumes++;
            return;
        }

        // A snapshot is merged, row by row and by origin: what is here may be newer than what a fresh hub has read so far.
        counters.Snapshots++;
        counters.Hub = welcome.Hub;
        counters.Sequence = 0;
    }

    // False: the frame makes no sense here.
    public bool On(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case FrameKind.Plan:
                OnPlan(payload);
                return true;
            case FrameKind.Model:
                OnModel(payload);
                return true;
            case FrameKind.Rows:
                OnRows(payload);
                return true;
            case FrameKind.SnapshotEnd:
                OnSnapshotEnd();
                return true;
            case FrameKind.Heartbeat:
                HeartbeatMessage heartbeat = HeartbeatMessage.Read(payload);
                counters.HeadSequence = heartbeat.HeadSequence;
                state.Saw(heartbeat.EventMs);
                return true;
            default:
                return false;
        }
    }

    private void OnPlan(ReadOnlySpan<byte> payload)
    {
        DecisionPlan plan;
        try
        {
            plan = DecisionPlan.Compile(
                JsonSerializer.Deserialize(payload, DocumentJson.Default.DecisionDocument)
                ?? throw new JsonException("a plan is not null"));
        }
        catch (Exception e) when (e is JsonException or DecisionPlanException)
        {
            counters.PlansRefused++;
            counters.Problem = $"plan refused: {e.Message}";
            return;
        }

        EdgeImage? before = state.Image;
        if (before is not null && before.Schema.Features.SequenceEqual(plan.Schema.Features))
        {
            LinearModel model = before.Model.Version == 0 ? BaseRate(plan) : before.Model;
            state.Publish(new EdgeImage(plan, model, before.Profiles, before.IsReady));
            return;
        }

        // Other features: rows and model of before mean nothing to this plan.
        words = new long[plan.Schema.RowWords];
        ProfileTable profiles = new(plan.Schema.RowWords, visitorsMax);
        state.Publish(new EdgeImage(plan, BaseRate(plan), profiles, isReady: false));
    }

    private void OnModel(ReadOnlySpan<byte> payload)
    {
        EdgeImage image = Image(FrameKind.Model);
        string? problem;
        try
        {
            ModelDocument document = JsonSerializer.Deserialize(payload, DocumentJson.Default.ModelDocument)
                ?? throw new JsonException("a model is not null");
            if (ModelCheck.TryLoad(document, image.Schema, out LinearModel? model, out problem))
            {
                state.Publish(image.With(model));
                return;
            }
        }
        catch (JsonException e)
        {
            problem = e.Message;
        }

        counters.ModelsRefused++;
        counters.Problem = $"model refused, staying with version {image.Model.Version}: {problem}";
    }

    private void OnRows(ReadOnlySpan<byte> payload)
    {
        EdgeImage image = Image(FrameKind.Rows);
        RowBatch.Reader rows = RowBatch.Read(payload, image.Schema.RowWords);
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        while (rows.TryNext(out RowHeader header, words))
        {
            // The event clock first: a row must never be read at a time before its own event.
            state.Saw(header.EventMs);
            Count(image.Profiles.Apply(in header, words), nowMs - header.ReceivedMs);
        }

        counters.Sequence = rows.Sequence;
    }

    private void Count(RowOutcome outcome, long ageMs)
    {
        switch (outcome)
        {
            case RowOutcome.Stale:
                counters.RowsStale++;
                break;
            case RowOutcome.Full:
                counters.RowsRefused++;
                break;
            default:
                counters.RowsApplied++;
                if (isLive)
                {
                    counters.EventToVisible.Record(ageMs);
                }

                break;
        }
    }

    private void OnSnapshotEnd()
    {
        isLive = true;
        EdgeImage image = Image(FrameKind.SnapshotEnd);
        if (!image.IsReady)
        {
            state.Publish(image.Ready());
        }
    }

    private EdgeImage Image(FrameKind kind) =>
        state.Image ?? throw new InvalidDataException($"push link: {kind} came before a plan that this edge could use");

    private static LinearModel BaseRate(DecisionPlan plan) =>
        LinearModel.OfBaseRate(plan.Document.BaseRate, plan.Schema.InputCount);
}
