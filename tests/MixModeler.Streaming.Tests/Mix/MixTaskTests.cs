using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Ingest;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.Observe;
using MixModeler.Streaming.State;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Tests.Mix;

/// <summary>The owner of a topology's mixes: each order counts once, whatever dies when, and models are those of the table and the orders.</summary>
public sealed class MixTaskTests
{
    private const string Lift = """{"mix":"sales","lift":{"id":"spring","channel":"x1","from":"2018-09-03","to":"2018-09-24","measuredTo":"2018-10-08","media":0.3,"lift":900,"error":250}}""";
    private static readonly LiftTest Spring = new("x1", new DateOnly(2018, 9, 3), new DateOnly(2018, 9, 24), new DateOnly(2018, 10, 8), 0.3, 900, 250);
    private static readonly List<MixObservation> Weeks = MixWorld.Weeks(40);

    private readonly World world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_takes_in_what_is_closed_and_is_told_of()
    {
        MixTask task = await world.OwnerAsync();
        await task.FollowAsync(Stop);
        MixStanding before = Assert.Single(task.Standings);
        Assert.Equal(("Awaiting training", 0), (before.Status, before.Periods));
        Assert.Contains("'sales' has told of nothing yet", before.Waiting, StringComparison.Ordinal);

        world.Fill(Weeks);
        await task.FollowAsync(Stop);

        MixStanding standing = Assert.Single(task.Standings);
        // The newest week goes on until somebody tells of a later day.
        Assert.Equal(("Training successful", 39), (standing.Status, standing.Periods));
        Assert.Equal((Weeks[38].Date, Weeks[39].Date.AddDays(-1)), (standing.LastPeriod!.Value, standing.ClosedThrough!.Value));
        Assert.Equal(MixSnapshot.Write(MixExample.Fit(MixWorld.Spec, Weeks.Take(39))), await world.StoredAsync());
        JsonElement told = JsonElement.Parse(Assert.Single(world.Sink.On("mm.measurements")));
        Assert.Equal(("sales", 39), (told.GetProperty("mix").GetString(), told.GetProperty("periods").GetInt32()));
        Assert.Equal(2, told.GetProperty("report").GetProperty("contributions").EnumerateObject().Count());
        await task.FollowAsync(Stop);
        Assert.Single(world.Sink.On("mm.measurements"));
    }

    [Fact]
    public async Task An_experiment_that_is_told_late_leaves_the_model_that_knew_it_from_the_start()
    {
        MixTask task = await world.OwnerAsync();
        world.Fill(Weeks);
        await task.FollowAsync(Stop);

        await World.OrderAsync(task, 0, Lift);
        await task.FollowAsync(Stop);

        byte[] expected = MixSnapshot.Write(MixExample.Fit(MixWorld.Spec with { LiftTests = [Spring] }, Weeks.Take(39)));
        Assert.Equal(expected, await world.StoredAsync());
        Assert.Equal(["spring"], task.Standings[0].LiftTests);
        await World.OrderAsync(task, 1, """{"mix":"sales","removeLift":"spring"}""");
        await task.FollowAsync(Stop);
        Assert.Equal(MixSnapshot.Write(MixExample.Fit(MixWorld.Spec, Weeks.Take(39))), await world.StoredAsync());
    }

    [Fact]
    public async Task An_order_counts_once_wherever_an_owner_dies()
    {
        MixTask task = await world.OwnerAsync();
        world.Fill(Weeks);
        await task.FollowAsync(Stop);
        task.Apply(World.Batch(0, Lift));
        // Dies before anything is put away: the next one reads the order again.
        task = await world.OwnerAsync();
        Assert.Equal(0, task.CommittedOffset);
        await World.OrderAsync(task, 0, Lift, """{"mix":"sales","removeLift":"spring"}""");
        // Dies when the models have their orders and the log's position is not put away yet: what was done is not done again.
        await world.Positions.RemoveAsync(Stop);
        task = await world.OwnerAsync();
        await World.OrderAsync(task, 0, Lift, """{"mix":"sales","removeLift":"spring"}""");

        await task.FollowAsync(Stop);

        Assert.Empty(task.Standings[0].LiftTests);
        Assert.Empty(world.Sink.On("mm.deadletter"));
        Assert.Equal(MixSnapshot.Write(MixExample.Fit(MixWorld.Spec, Weeks.Take(39))), await world.StoredAsync());
    }

    [Fact]
    public async Task What_cannot_be_done_goes_to_the_dead_letters_and_nothing_waits()
    {
        MixTask task = await world.OwnerAsync();
        world.Fill(Weeks);

        await World.OrderAsync(
            task, 0,
            "nonsense",
            """{"mix":"other","rescore":true}""",
            Lift.Replace("x1", "tv", StringComparison.Ordinal),
            """{"mix":"sales","removeLift":"winter"}""",
            Lift);
        await task.FollowAsync(Stop);

        JsonElement[] letters = [.. world.Sink.On("mm.deadletter").Select(text => JsonElement.Parse(text))];
        Assert.All(letters, letter => Assert.Equal("mix-order", letter.GetProperty("reason").GetString()));
        string[] details = [.. letters.Select(letter => letter.GetProperty("detail").GetString()!)];
        Assert.Equal(4, details.Length);
        Assert.Contains("there is no mix 'other', there is sales", details[1], StringComparison.Ordinal);
        Assert.Contains("there is no channel 'tv', there is x1, x2", details[2], StringComparison.Ordinal);
        Assert.Contains("no lift test 'winter'", details[3], StringComparison.Ordinal);
        Assert.Equal(["spring"], task.Standings[0].LiftTests);
        Assert.Equal(5, task.CommittedOffset);
    }

    [Fact]
    public async Task Training_on_a_range_is_a_replay_of_it_and_a_rescore_comes_to_the_same()
    {
        MixTask task = await world.OwnerAsync();
        world.Fill(MixWorld.Weeks(120));
        await task.FollowAsync(Stop);
        (DateOnly from, DateOnly to) = (Weeks[10].Date, Weeks[10].Date.AddDays(7 * 60 - 1));

        await World.OrderAsync(task, 0, $$$"""{"mix":"sales","train":{"from":"{{{from:yyyy-MM-dd}}}","to":"{{{to:yyyy-MM-dd}}}"}}""");
        await task.FollowAsync(Stop);

        byte[] trained = await world.StoredAsync();
        Assert.Equal(MixSnapshot.Write(MixExample.Fit(MixWorld.Spec, MixWorld.Weeks(120).Skip(10).Take(60))), trained);
        Assert.Equal((from, to), (task.Standings[0].TrainFrom, task.Standings[0].TrainTo));
        await World.OrderAsync(task, 1, """{"mix":"sales","rescore":true}""");
        await task.FollowAsync(Stop);
        Assert.Equal(trained, await world.StoredAsync());
        Assert.Equal(3, world.Sink.On("mm.measurements").Count());
        // The window outlives its owner.
        task = await world.OwnerAsync();
        await task.FollowAsync(Stop);
        Assert.Equal(trained, await world.StoredAsync());
    }

    [Fact]
    public async Task Another_spec_under_the_same_name_begins_anew_and_keeps_the_experiments()
    {
        MixTask task = await world.OwnerAsync();
        world.Fill(Weeks);
        await World.OrderAsync(task, 0, Lift);
        await task.FollowAsync(Stop);

        MixPlan other = MixWorld.Plan with { Identity = "two", Spec = MixWorld.Spec with { Seed = 5 } };
        task = await world.OwnerAsync(other);
        await task.FollowAsync(Stop);

        byte[] expected = MixSnapshot.Write(MixExample.Fit(other.Spec with { LiftTests = [Spring] }, Weeks.Take(39)));
        Assert.Equal(expected, await world.StoredAsync(other));
        Assert.Equal(["spring"], task.Standings[0].LiftTests);
    }

    [Fact]
    public async Task A_model_that_rests_is_certified_and_stays_so_until_it_changes()
    {
        MixPlan plan = MixWorld.Plan with { IsCertified = true, Spec = MixWorld.Spec with { Particles = 50 } };
        MixTask task = await world.OwnerAsync(plan, certifyAfter: TimeSpan.Zero);
        world.Fill(MixWorld.Weeks(6));
        await task.FollowAsync(Stop);
        for (int i = 0; i < 600 && task.Standings[0].Certificate is null; i++)
        {
            await Task.Delay(100, Stop);
            await task.FollowAsync(Stop);
        }

        MixCertificateStanding certificate = task.Standings[0].Certificate!;
        Assert.Equal(5, certificate.Periods);
        Assert.True(double.IsFinite(certificate.MaxDistance));
        // A new owner finds it and makes none.
        task = await world.OwnerAsync(plan, certifyAfter: TimeSpan.Zero);
        await task.FollowAsync(Stop);
        Assert.Equal(certificate, task.Standings[0].Certificate);
    }

    private sealed class World : IMixSource
    {
        private readonly HarmonizedTable table = MixWorld.Empty();
        private readonly Dictionary<string, MemoryStateStore> stores = [];
        private DateOnly? told;

        public RecordingSink Sink { get; } = new();

        public MemoryStateStore Positions { get; private set; } = new();

        public Task<MixLook> LookAsync(IReadOnlyCollection<string> attributions, CancellationToken stop) => Task.FromResult(MixWorld.Look(table, told));

        public void Fill(List<MixObservation> weeks)
        {
            MixWorld.Rows(weeks).ForEach(row => MixWorld.Set(table, row));
            told = weeks[^1].Date;
        }

        public async Task<MixTask> OwnerAsync(MixPlan? plan = null, TimeSpan? certifyAfter = null)
        {
            MixTask task = new(new MixParts
            {
                Live = new LiveTopology(MixWorld.Topology with { Mixes = [plan ?? MixWorld.Plan with { IsCertified = false }] }),
                Source = this,
                Store = Positions,
                Open = Open,
                Sink = Sink,
                Report = (_, _) => { },
                CertifyAfter = certifyAfter ?? TimeSpan.FromHours(1),
            });
            await task.AcquireAsync(0, Stop);
            return task;
        }

        public static RecordBatch Batch(long offset, params string[] orders)
        {
            RecordBatch batch = new();
            foreach (string order in orders)
            {
                batch.Add(offset++, 1_000, "sales"u8, Encoding.UTF8.GetBytes(order));
            }

            return batch;
        }

        public static async Task OrderAsync(MixTask task, long offset, params string[] orders)
        {
            task.Apply(Batch(offset, orders));
            await task.CommitAsync(Stop);
        }

        public async Task<byte[]> StoredAsync(MixPlan? plan = null)
        {
            MixPlan mix = plan ?? MixWorld.Plan;
            StoredMix stored = (await new MixStore(Open("marketing-mix.mix.sales"), mix.Identity, mix.Spec).PeekAsync(Stop))!;
            return MixSnapshot.Write(stored.Model!);
        }

        private MemoryStateStore Open(string scope) => stores.TryGetValue(scope, out MemoryStateStore? store) ? store : stores[scope] = new MemoryStateStore();
    }
}
