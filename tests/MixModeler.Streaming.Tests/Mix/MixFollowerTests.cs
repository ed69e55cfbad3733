using MixModeler.Streaming.Harmonize.Table;
using MixModeler.Streaming.Measure;
using MixModeler.Streaming.Mix;
using MixModeler.Streaming.State;

namespace MixModeler.Streaming.Tests.Mix;

public sealed class MixFollowerTests
{
    private const int Periods = 70;
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public void A_table_gives_the_rows_of_the_file_that_it_was_made_of()
    {
        List<MixObservation> weeks = MixWorld.Weeks(Periods);

        MixPeriods read = MixPeriods.Read(MixWorld.Look(Filled(weeks)), MixWorld.Plan, DateOnly.MaxValue);

        Assert.Null(read.Waiting);
        Assert.Equal(Periods, read.Observations.Count);
        for (int t = 0; t < Periods; t++)
        {
            Assert.Equal(weeks[t].Date, read.Observations[t].Date);
            Assert.Equal(weeks[t].Target, read.Observations[t].Target);
            Assert.Equal(weeks[t].Inputs, read.Observations[t].Inputs);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_came_when_the_model_is_that_of_the_final_numbers(int seed)
    {
        List<MixObservation> weeks = MixWorld.Weeks(Periods);
        Random random = new(seed);
        HarmonizedTable table = MixWorld.Empty();
        MemoryStateStore state = new();
        MixFollower follower = await OwnerAsync(state);
        List<(string Dataset, int Key, string Date, string Dimensions, string Value)> rows = MixWorld.Rows(weeks);
        // By week, but up to twelve weeks late; one in eight comes with a wrong number first and is restated at the end of its delay.
        (double At, (string Dataset, int Key, string Date, string Dimensions, string Value) Row)[] arrivals = [.. rows.SelectMany(row =>
        {
            double due = row.Key / 5 + 12 * random.NextDouble();
            return random.Next(8) == 0 && row.Dataset != "factors"
                ? [(At: (double)(row.Key / 5), Row: row with { Value = "0.25" }), (At: due, Row: row)]
                : new[] { (At: due, Row: row) };
        }).OrderBy(each => each.At)];
        int looks = 0;
        for (int i = 0; i < arrivals.Length; i++)
        {
            MixWorld.Set(table, arrivals[i].Row);
            if (random.Next(20) == 0)
            {
                await follower.FollowAsync(MixWorld.Look(table), weeks[Math.Min(Periods - 1, (int)arrivals[i].At)].Date, Never);
                looks++;
            }

            if (random.Next(100) == 0)
            {
                // Killed, and another owner goes on with what was committed.
                follower = await OwnerAsync(state);
            }
        }

        await follower.FollowAsync(MixWorld.Look(table), DateOnly.MaxValue, Never);

        Assert.InRange(looks, 5, arrivals.Length);
        MixModel expected = MixExample.Fit(MixWorld.Spec, weeks);
        Assert.Equal(MixSnapshot.Write(expected), MixSnapshot.Write(follower.Model!));
        MixFollower undisturbed = await OwnerAsync(new MemoryStateStore());
        await undisturbed.FollowAsync(MixWorld.Look(Filled(weeks)), DateOnly.MaxValue, Never);
        Assert.Equal(undisturbed.Refreshes.Select(Text), follower.Refreshes.Select(Text));
        Assert.Contains(follower.Refreshes, refresh => refresh.Revised > 0);
    }

    [Fact]
    public async Task What_a_reader_gets_is_what_was_committed_and_of_the_identity_that_it_asked_for()
    {
        MemoryStateStore state = new();
        MixFollower follower = await OwnerAsync(state);
        MixReader reader = new("sales", "one", MixWorld.Spec, state);
        Assert.Null(await reader.ReadAsync(Never));

        await follower.FollowAsync(MixWorld.Look(Filled(MixWorld.Weeks(20))), DateOnly.MaxValue, Never);
        MixCertificate certificate = MixCertificate.Make(follower.Model!, new MixBatchOptions { Chains = 2, Draws = 50 });
        await follower.CertifyAsync(certificate, follower.Model!.Periods, Never);

        MeasuredMix mix = (await reader.ReadAsync(Never))!;
        Assert.Equal(MixSnapshot.Write(follower.Model), MixSnapshot.Write(mix.Model));
        Assert.Equal(follower.Refreshes.Select(Text), mix.Refreshes.Select(Text));
        Assert.Equal(certificate.Distances, mix.Certificate!.Distances);
        Assert.Equal(certificate.Holds, mix.Certificate.Holds);
        Assert.Null(await new MixReader("sales", "another", MixWorld.Spec, state).ReadAsync(Never));
    }

    [Fact]
    public async Task An_owner_that_lost_its_place_cannot_write()
    {
        MemoryStateStore state = new();
        MixFollower first = await OwnerAsync(state);
        await OwnerAsync(state);

        TaskLostException lost = await Assert.ThrowsAsync<TaskLostException>(
            () => first.FollowAsync(MixWorld.Look(Filled(MixWorld.Weeks(3))), DateOnly.MaxValue, Never));

        Assert.Equal(TaskLoss.Fenced, lost.Loss);
        Assert.Null(await new MixReader("sales", "one", MixWorld.Spec, state).ReadAsync(Never));
    }

    [Fact]
    public void A_period_is_taken_in_when_its_last_day_is_closed_and_a_missing_outcome_stops_there()
    {
        List<MixObservation> weeks = MixWorld.Weeks(6);
        HarmonizedTable table = MixWorld.Empty();
        foreach ((string Dataset, int Key, string Date, string Dimensions, string Value) row in MixWorld.Rows(weeks).Where(row => row.Key != 20))
        {
            MixWorld.Set(table, row);
        }

        Assert.Equal(2, MixPeriods.Read(MixWorld.Look(table), MixWorld.Plan, weeks[2].Date.AddDays(5)).Observations.Count);
        Assert.Equal(3, MixPeriods.Read(MixWorld.Look(table), MixWorld.Plan, weeks[2].Date.AddDays(6)).Observations.Count);
        MixPeriods read = MixPeriods.Read(MixWorld.Look(table), MixWorld.Plan, DateOnly.MaxValue);
        Assert.Equal(4, read.Observations.Count);
        Assert.Contains("there is no 'y'", read.Waiting, StringComparison.Ordinal);
        MixPeriods counted = MixPeriods.Read(MixWorld.Look(table), MixWorld.Plan with { MissingIsZero = true }, DateOnly.MaxValue);
        Assert.Equal((6, 0.0, null), (counted.Observations.Count, counted.Observations[4].Target, counted.Waiting));
    }

    private static async Task<MixFollower> OwnerAsync(MemoryStateStore state)
    {
        MixFollower follower = new(MixWorld.Plan, new MixStore(state, "one", MixWorld.Spec));
        await follower.AcquireAsync(0, Never);
        return follower;
    }

    private static HarmonizedTable Filled(List<MixObservation> weeks)
    {
        HarmonizedTable table = MixWorld.Empty();
        MixWorld.Rows(weeks).ForEach(row => MixWorld.Set(table, row));
        return table;
    }

    // How many were revised tells of the way, not of where it led.
    private static string Text(MixRefresh refresh) =>
        $"{refresh.Date:O} {refresh.Periods} {refresh.Foretold:R} {refresh.ForetoldSd:R} {refresh.Outcome:R} {string.Join(' ', refresh.Contributions)}";
}
