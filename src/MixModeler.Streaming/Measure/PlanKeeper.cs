using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Deliver;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.Plan;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Measure;

/// <summary>
/// The plans of a topology, solved again whenever their mix has changed: from the plan before, with a proof, and the plan in force moves only
/// when the gain is sure. Works for the owner of the mixes, one call at a time.
/// </summary>
/// <param name="open">The store of a scope, one for each plan.</param>
public sealed class PlanKeeper(Func<string, IStateStore> open) : IMixWitness
{
    private readonly Dictionary<string, Seat> seats = new(StringComparer.Ordinal);

    private sealed record Seat(PlanDeclaration Declaration, PlanStore Store, StoredPlan Stored);

    public async Task SeatAsync(TopologyPlan topology, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(topology);
        string[] gone = [.. seats.Keys.Except(topology.Plans.Select(plan => plan.Name))];
        seats.Clear();
        foreach (string name in gone)
        {
            await open(PlanStore.ScopeOf(topology.Name, name)).RemoveAsync(stop).ConfigureAwait(false);
        }

        foreach (PlanDeclaration plan in topology.Plans)
        {
            PlanStore store = new(open(PlanStore.ScopeOf(topology.Name, plan.Name)));
            StoredPlan? stored = await store.AcquireAsync(stop).ConfigureAwait(false);
            StoredPlan nothing = new(plan.Identity, new PlanFollower(), "", 0, null, null, null);
            seats[plan.Name] = new Seat(plan, store, stored?.Identity == plan.Identity ? stored : nothing);
        }
    }

    public async Task RefreshedAsync(TopologyPlan topology, MixPlan plan, StoredMix stored, IRecordSink sink, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(sink);
        if (stored.Model is not { } model)
        {
            return;
        }

        MeasuredMix mix = new(plan.Name, plan.Identity, model, stored.Certificate, stored.Refreshes);
        foreach (Seat seat in seats.Values.Where(seat => seat.Declaration.Mix == plan.Name).ToArray())
        {
            StoredPlan next = Follow(seat, mix);
            await seat.Store.CommitAsync(next, stop).ConfigureAwait(false);
            seats[seat.Declaration.Name] = seat with { Stored = next };
            Tell(topology, seat.Declaration, next, sink);
        }
    }

    public void Forget() => seats.Clear();

    private static StoredPlan Follow(Seat seat, MeasuredMix mix)
    {
        StoredPlan stored = seat.Stored;
        DateOnly last = mix.Model.History.Dates[^1];
        stored = stored with { MixIdentity = mix.Identity, Periods = mix.Model.Periods, LastPeriod = last };
        if (MixResponse.Of(mix, seat.Declaration.Draws, out string? problem, PlanTerms.StartOf(seat.Declaration)) is not { } response
            || PlanTerms.Read(seat.Declaration, response, out problem) is not { } budget)
        {
            return stored with { Problem = problem };
        }

        try
        {
            return stored.Follower.Follow(budget) ? stored with { MovedAt = last, Problem = null } : stored with { Problem = null };
        }
        catch (InvalidOperationException none)
        {
            return stored with { Problem = none.Message };
        }
    }

    // `{"topology", "plan", "mix", "lastPeriod", "standing", "active": as of `plan solve --json`, "newest": the same}`.
    private static void Tell(TopologyPlan topology, PlanDeclaration declaration, StoredPlan stored, IRecordSink sink)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("topology", topology.Name);
            json.WriteString("plan", declaration.Name);
            json.WriteString("mix", declaration.Mix);
            json.WriteString("lastPeriod", stored.LastPeriod?.ToString("O", CultureInfo.InvariantCulture));
            json.WritePropertyName("standing");
            JsonSerializer.Serialize(json, PlanStandings.Of(declaration, stored), EngineStatusJson.Readable.PlanStanding);
            foreach ((string name, PlanResult? plan) in ((string, PlanResult?)[])[("active", stored.Follower.Active), ("newest", stored.Follower.Newest)])
            {
                json.WritePropertyName(name);
                json.WriteRawValue(plan is null ? "null"u8 : PlanDocument.ToJson(plan), skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        sink.Send(topology.Topics.Measurements, IRecordSink.ByKey, Encoding.UTF8.GetBytes($"{topology.Name}/plan/{declaration.Name}"), buffer.WrittenSpan);
    }
}
