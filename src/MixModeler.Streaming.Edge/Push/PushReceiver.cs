using System.Text.Json;
using MixModeler.Streaming.Edge.Decide;
using MixModeler.Streaming.Score;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Edge.Push;

// Applies what the hub sends. The one writer of the edge's state; owned by the push link's receiving loop. While a plan of another
// layout fills, decisions are made as before: the new image takes over as a whole, with its first complete snapshot and a model
// that was checked. A plan that fails its check takes nothing with it: what follows it is passed over.
internal sealed class PushReceiver(EdgeState state, PushCounters counters, int visitorsMax, TimeProvider time)
{
    private long[] words = [];
    private bool isLive;

    // Where models and rows go: what decides now, or what will; null after a plan that could not be used.
    private EdgeImage? filling;
    private bool modelIsRefused;
    private bool snapshotIsComplete;

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
        DecisionDocument? document = null;
        DecisionPlan plan;
        try
        {
            document = JsonSerializer.Deserialize(payload, DocumentJson.Default.DecisionDocument)
                ?? throw new JsonException("a plan is not null");
            plan = DecisionPlan.Compile(document);
        }
        catch (Exception e) when (e is JsonException or DecisionPlanException)
        {
            counters.PlansRefused++;
            counters.Problem = $"plan refused: {e.Message}";
            Refuse(document);
            return;
        }

        if (filling is not null && HasLayoutOf(filling, document))
        {
            LinearModel model = filling.Model.Version == 0 ? BaseRate(plan) : filling.Model;
            Fill(new EdgeImage(plan, model, filling.Profiles, filling.IsReady));
        }
        else if (state.Image is { } current && HasLayoutOf(current, document))
        {
            RestartIfSkipped();
            Fill(new EdgeImage(plan, current.Model, current.Profiles, current.IsReady));
        }
        else
        {
            RestartIfSkipped();
            modelIsRefused = false;
            snapshotIsComplete = false;
            Fill(new EdgeImage(plan, BaseRate(plan), new ProfileTable(plan.Schema.RowWords, visitorsMax), isReady: false));
        }
    }

    // Rules alone may be bad: then rows of the same layout still belong where they went so far.
    private void Refuse(DecisionDocument? document)
    {
        EdgeImage? known = filling ?? state.Image;
        if (document is not null && known is not null && HasLayoutOf(known, document))
        {
            filling = known;
            return;
        }

        filling = null;
        (counters.Hub, counters.Sequence) = (0, 0);
    }

    // Rows were passed over since a plan was refused; a new connection brings them from the beginning.
    private void RestartIfSkipped()
    {
        if (counters.Hub == 0)
        {
            throw new InvalidDataException("push link: a plan that can be used follows one that could not");
        }
    }

    private void OnModel(ReadOnlySpan<byte> payload)
    {
        if (filling is not { } image)
        {
            PassOver(FrameKind.Model);
            return;
        }

        string? problem;
        try
        {
            ModelDocument document = JsonSerializer.Deserialize(payload, DocumentJson.Default.ModelDocument)
                ?? throw new JsonException("a model is not null");
            if (ModelCheck.TryLoad(document, image.Schema, out LinearModel? model, out problem))
            {
                modelIsRefused = false;
                Fill(image.With(model));
                return;
            }
        }
        catch (JsonException e)
        {
            problem = e.Message;
        }

        modelIsRefused = true;
        counters.ModelsRefused++;
        counters.Problem = $"model refused, staying with version {(state.Image ?? image).Model.Version}: {problem}";
    }

    private void OnRows(ReadOnlySpan<byte> payload)
    {
        if (filling is not { } image)
        {
            PassOver(FrameKind.Rows);
            return;
        }

        if (words.Length != image.Schema.RowWords)
        {
            words = new long[image.Schema.RowWords];
        }

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
        if (filling is not { } image)
        {
            PassOver(FrameKind.SnapshotEnd);
            return;
        }

        snapshotIsComplete = true;
        Fill(image);
    }

    // Makes the image the one that fills, and the one that decides as soon as it may: at once where it does already, or where
    // nothing decides yet; else when it is complete and its model was not refused. Before a first version even the base rate is better.
    private void Fill(EdgeImage image)
    {
        EdgeImage? deciding = state.Image;
        bool isWhole = snapshotIsComplete && (!modelIsRefused || deciding is not { IsReady: true });
        if (!image.IsReady && isWhole)
        {
            image = image.Ready();
        }

        filling = image;
        if (image.IsReady || deciding is not { IsReady: true })
        {
            state.Publish(image);
        }
    }

    private void PassOver(FrameKind kind)
    {
        if (state.Image is null && counters.PlansRefused == 0)
        {
            throw new InvalidDataException($"push link: {kind} came before a plan that this edge could use");
        }
    }

    private static bool HasLayoutOf(EdgeImage image, DecisionDocument document) => image.Plan.Document.HasLayoutOf(document);

    private static LinearModel BaseRate(DecisionPlan plan) =>
        LinearModel.OfBaseRate(plan.Document.BaseRate, plan.Schema.InputCount);
}
