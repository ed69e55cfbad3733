using System.Runtime.InteropServices;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// A model that follows a table of closed periods, and experiments, that may still change: whatever came when, it holds what a model holds
/// that saw the table as it stands now, with all experiments known, from its first period to its last, bit by bit. Not thread-safe: one
/// writer.
/// </summary>
/// <remarks>
/// Periods that follow are taken in one by one. Where an earlier one changed, came late or went, the newest checkpoint before it is restored
/// and the rest taken in again; where the scales change with it, everything. Scales that the spec leaves open change as long as their
/// window is not full, so that until then each new largest number begins anew.
/// </remarks>
public sealed class MixStream
{
    private const int CheckpointEvery = 26;

    private readonly MixSpec spec;
    private readonly List<MixObservation> log = [];
    private readonly List<MixRefresh> refreshes = [];
    private readonly SortedList<int, byte[]> checkpoints = [];
    private MixLayout layout;
    private LiftTest[] tests;

    /// <param name="spec">Where it has regions, with their members.</param>
    public MixStream(MixSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        this.spec = spec;
        layout = new MixLayout(spec);
        tests = [.. LiftTest.InOrder(spec.LiftTests)];
    }

    /// <summary>Goes on with a model that was put away.</summary>
    /// <param name="model">Of <paramref name="spec"/>; it belongs to the stream from now on.</param>
    /// <param name="spec">The same spec.</param>
    /// <param name="before">One for each period that the model took in.</param>
    /// <param name="tests">The experiments that it knows; null for those of the spec.</param>
    /// <exception cref="ArgumentException">Model and refreshes are not of one stream.</exception>
    public MixStream(MixModel model, MixSpec spec, IReadOnlyList<MixRefresh> before, IReadOnlyList<LiftTest>? tests = null)
        : this(spec)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(before);
        if (before.Count != model.Periods)
        {
            throw new ArgumentException($"there are {before.Count} refreshes of {model.Periods} periods", nameof(before));
        }

        Model = model;
        Use(tests ?? spec.LiftTests);
        refreshes.AddRange(before);
        MixHistory history = model.History;
        for (int t = 0; t < history.Periods; t++)
        {
            log.Add(history.Observation(t));
        }
    }

    /// <summary>Null until the first period is closed.</summary>
    public MixModel? Model { get; private set; }

    /// <summary>One for each period that was taken in, oldest first.</summary>
    public IReadOnlyList<MixRefresh> Refreshes => refreshes;

    /// <summary>How often periods that were taken in were given up: what was said of the model before is not said of this one.</summary>
    public long Rewinds { get; private set; }

    /// <summary>Columns that an observation's inputs stand in order of.</summary>
    public IReadOnlyList<string> Inputs => layout.Inputs;

    /// <summary>Takes in the table as it stands.</summary>
    /// <param name="closed">All closed periods, oldest first.</param>
    /// <param name="known">All experiments that are known; null for those that are known already.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="ArgumentException">As <see cref="MixModel.Update"/>; the stream is then as far as the period before.</exception>
    public bool Take(IReadOnlyList<MixObservation> closed, IReadOnlyList<LiftTest>? known = null)
    {
        ArgumentNullException.ThrowIfNull(closed);
        DateOnly? changed = known is null ? null : Use(known);
        int same = 0;
        while (same < log.Count && same < closed.Count && AreSame(log[same], closed[same]) && !(closed[same].Date >= changed))
        {
            same++;
        }

        if (same == log.Count && same == closed.Count)
        {
            Model?.WaitFor(tests);
            return changed is not null;
        }

        int revised = log.Count - same;
        if (closed.Count == 0)
        {
            Restart();
            return true;
        }

        MixModel model = Begin(closed, same);
        foreach (MixObservation observation in closed.Skip(model.Periods))
        {
            model.Update(observation);
            log.Add(observation);
            refreshes.Add(RefreshOf(model, observation, log.Count == closed.Count ? revised : 0));
            if (model.Periods % CheckpointEvery == 0)
            {
                checkpoints[model.Periods] = MixSnapshot.Write(model);
            }
        }

        return true;
    }

    /// <summary>As if nothing had been taken in yet.</summary>
    public void Restart()
    {
        Forget(0);
        Model = null;
    }

    /// <summary>Knows other experiments from now on; the earliest day at which one that came or went takes effect, or null.</summary>
    private DateOnly? Use(IReadOnlyList<LiftTest> known)
    {
        LiftTest[] next = [.. LiftTest.InOrder(known)];
        DateOnly[] differing = [.. next.Except(tests).Concat(tests.Except(next)).Select(test => test.MeasuredTo)];
        if (differing.Length > 0 || next.Length != tests.Length)
        {
            tests = next;
            layout = new MixLayout(spec with { LiftTests = next });
        }

        return differing.Length == 0 ? null : differing.Min();
    }

    /// <summary>A model that stands where the tables begin to differ, or before.</summary>
    private MixModel Begin(IReadOnlyList<MixObservation> closed, int same)
    {
        MixScales scales = MixModel.ScalesOf(layout, closed);
        bool fits = Model is not null && Model.History.Scales.Target.Equals(scales.Target) && Model.History.Scales.Media.AsSpan().SequenceEqual(scales.Media);
        if (fits && same == log.Count)
        {
            Model!.WaitFor(tests);
            return Model;
        }

        int from = fits ? checkpoints.Keys.LastOrDefault(periods => periods <= same) : 0;
        Forget(from);
        Model = from > 0 ? MixSnapshot.Read(checkpoints[from], layout.Spec) : new MixModel(layout, scales);
        Model.WaitFor(tests);
        return Model;
    }

    private void Forget(int from)
    {
        Rewinds++;
        log.RemoveRange(from, log.Count - from);
        refreshes.RemoveRange(from, refreshes.Count - from);
        foreach (int later in checkpoints.Keys.Where(periods => periods > from).ToArray())
        {
            checkpoints.Remove(later);
        }
    }

    private static MixRefresh RefreshOf(MixModel model, in MixObservation observation, int revised)
    {
        MixForetold foretold = model.Newest!;
        return new MixRefresh(
            observation.Date, model.Periods, revised, foretold.Mean, foretold.Sd, observation.Target, MixJournal.Contributions(model));
    }

    private static bool AreSame(in MixObservation one, in MixObservation other) =>
        one.Date == other.Date
        && (one.Holiday ?? "") == (other.Holiday ?? "")
        && BitConverter.DoubleToInt64Bits(one.Target) == BitConverter.DoubleToInt64Bits(other.Target)
        && AreSame(one.Inputs, other.Inputs)
        && (one.Regions ?? []).Length == (other.Regions ?? []).Length
        && (one.Regions ?? []).Zip(other.Regions ?? []).All(pair =>
            BitConverter.DoubleToInt64Bits(pair.First.Target) == BitConverter.DoubleToInt64Bits(pair.Second.Target)
            && AreSame(pair.First.Inputs, pair.Second.Inputs));

    private static bool AreSame(double[] one, double[] other) => MemoryMarshal.AsBytes<double>(one).SequenceEqual(MemoryMarshal.AsBytes<double>(other));
}
