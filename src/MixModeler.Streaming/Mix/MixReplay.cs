using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>What a revision changed in one number.</summary>
public sealed record MixShift(string Name, double Before, double After, double Sd);

/// <summary>
/// A model together with checkpoints of itself, so that a period can be revised: the newest checkpoint before it is restored and what
/// followed is taken in again. The result has the same bits as a model that saw the revised numbers from the start.
/// </summary>
public sealed class MixReplay
{
    private readonly int every;
    private readonly List<MixObservation> log = [];
    private readonly List<(int Periods, LiftTest Test)> lifts = [];
    private readonly SortedList<int, byte[]> checkpoints = [];

    /// <param name="model">One that has seen nothing yet.</param>
    /// <param name="every">Periods between checkpoints.</param>
    public MixReplay(MixModel model, int every = 26)
    {
        if (model.Periods != 0)
        {
            throw new ArgumentException("a replay begins with a model that has seen nothing", nameof(model));
        }

        this.every = every;
        Model = model;
        checkpoints.Add(0, MixSnapshot.Write(model));
    }

    public MixModel Model { get; private set; }

    /// <summary>Bytes that the checkpoints take.</summary>
    public long CheckpointBytes => checkpoints.Values.Sum(bytes => (long)bytes.Length);

    public void Update(in MixObservation observation)
    {
        Model.Update(observation);
        log.Add(observation);
        if (Model.Periods % every == 0)
        {
            checkpoints[Model.Periods] = MixSnapshot.Write(Model);
        }
    }

    /// <summary>As <see cref="MixModel.AddLiftTest"/>; it comes at the same place again when a period before it is revised.</summary>
    public void AddLiftTest(LiftTest test)
    {
        Model.AddLiftTest(test);
        lifts.Add((Model.Periods, test));
        // A checkpoint at this very period was taken before the test.
        checkpoints.Remove(Model.Periods);
        if (Model.Periods == 0)
        {
            checkpoints[0] = MixSnapshot.Write(Model);
        }
    }

    /// <summary>Puts another observation in the place of one that was taken in.</summary>
    /// <param name="revised">With the date of a period that was taken in.</param>
    /// <returns>What that changed: means before and after, beside the standard deviation that each had.</returns>
    /// <exception cref="ArgumentException">There is no such period.</exception>
    public IReadOnlyList<MixShift> Revise(MixObservation revised)
    {
        int period = log.FindIndex(observation => observation.Date == revised.Date);
        if (period < 0)
        {
            throw new ArgumentException($"no period begins on {revised.Date:yyyy-MM-dd}", nameof(revised));
        }

        MixEstimate[] before = Estimates(Model);
        log[period] = revised;
        int from = checkpoints.Keys.Last(key => key <= period);
        foreach (int later in checkpoints.Keys.Where(key => key > from).ToArray())
        {
            checkpoints.Remove(later);
        }

        Model = MixSnapshot.Read(checkpoints[from], Model.Spec);
        MixObservation[] rest = [.. log.Skip(from)];
        log.RemoveRange(from, log.Count - from);
        (int Periods, LiftTest Test)[] again = [.. lifts.Where(lift => lift.Periods > from)];
        lifts.RemoveAll(lift => lift.Periods > from);
        foreach (MixObservation observation in rest)
        {
            Update(observation);
            foreach ((int Periods, LiftTest Test) lift in again.Where(lift => lift.Periods == Model.Periods))
            {
                AddLiftTest(lift.Test);
            }
        }

        MixEstimate[] after = Estimates(Model);
        return [.. before.Select((old, i) => new MixShift(old.Name, old.Mean, after[i].Mean, old.Sd))];
    }

    private static MixEstimate[] Estimates(MixModel model)
    {
        MixDraws draws = MixReport.DrawsOf(model);
        return [.. Enumerable.Range(0, draws.Names.Count).Select(name => MixEstimate.Of(draws, name, model.Cloud.Grandparents))];
    }
}
