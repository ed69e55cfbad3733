using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>A model over a table, with what it said at each period. Costs a walk over all particles a period; one owner.</summary>
public sealed class MixJournal
{
    private readonly List<MixRefresh> refreshes = [];

    public MixJournal(MixModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
    }

    public MixModel Model { get; }

    /// <summary>One for each period, oldest first.</summary>
    public IReadOnlyList<MixRefresh> Refreshes => refreshes;

    /// <summary>All of a table.</summary>
    public static MixJournal Over(MixSpec spec, IReadOnlyList<MixObservation> table)
    {
        MixJournal journal = new(MixModel.Create(spec, table));
        foreach (MixObservation observation in table)
        {
            journal.Update(observation);
        }

        return journal;
    }

    /// <exception cref="ArgumentException">As of <see cref="MixModel.Update"/>.</exception>
    public void Update(in MixObservation observation)
    {
        Model.Update(observation);
        MixForetold foretold = Model.Newest!;
        refreshes.Add(new MixRefresh(foretold.Date, Model.Periods, 0, foretold.Mean, foretold.Sd, foretold.Outcome, Contributions(Model)));
    }

    /// <summary>Of each channel over all periods so far, in the order of the spec.</summary>
    public static IReadOnlyList<MixEstimate> Contributions(MixModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        MixDraws draws = MixReport.DrawsOf(model);
        return [.. model.Spec.Channels.Select(channel =>
        {
            int at = draws.ParameterCount + Array.FindIndex(model.Layout.Channels, each => each.Name == channel.Name);
            return MixEstimate.Of(draws, at, model.Cloud.Grandparents) with { Name = channel.Name };
        })];
    }
}
