using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>Brings the rows of a period's regions together: each region once in every period. Finds the regions in the first one.</summary>
internal sealed class RegionRows(MixSpec spec, string[] inputs, ProblemList problems)
{
    private readonly Dictionary<string, (double Size, MixObservation Row)> open = new(StringComparer.Ordinal);
    private readonly List<MixObservation> periods = [];
    private string[] names = [];
    private double[] shares = [];

    public IReadOnlyList<MixObservation> Periods => periods;

    public IReadOnlyList<RegionShare> Members => [.. names.Select((name, r) => new RegionShare(name, shares[r]))];

    /// <summary>A row of one region; rows of a period follow each other.</summary>
    public void Add(string region, double size, MixObservation row, int line)
    {
        if (open.Count > 0 && open.Values.First().Row.Date != row.Date)
        {
            Close(line);
        }

        if (periods.Count > 0 && row.Date <= periods[^1].Date)
        {
            problems.Add(line, 1, $"{row.Date:yyyy-MM-dd} does not come after {periods[^1].Date:yyyy-MM-dd}: the regions of a period, then those of the next, oldest first");
        }
        else if (!open.TryAdd(region, (size, row)))
        {
            problems.Add(line, 1, $"the region {YamlNode.Quote(region)} is there twice on {row.Date:yyyy-MM-dd}");
        }
        else if (periods.Count > 0 && !names.Contains(region))
        {
            problems.Add(line, 1, $"the region {YamlNode.Quote(region)} was not there on {periods[0].Date:yyyy-MM-dd}: every period has the same regions");
        }
    }

    /// <summary>Ends the period whose rows were added last.</summary>
    public void Close(int line)
    {
        if (open.Count == 0 || !problems.IsEmpty)
        {
            open.Clear();
            return;
        }

        if (periods.Count == 0)
        {
            names = [.. open.Keys.Order(StringComparer.Ordinal)];
            double all = names.Sum(name => open[name].Size);
            shares = [.. names.Select(name => open[name].Size / all)];
        }

        string[] missing = [.. names.Where(name => !open.ContainsKey(name))];
        DateOnly date = open.Values.First().Row.Date;
        if (missing.Length > 0)
        {
            problems.Add(line, 1, $"{date:yyyy-MM-dd} has no row of the region {YamlNode.Quote(missing[0])}: every period has the same regions");
        }
        else
        {
            MixObservation[] rows = [.. names.Select(name => open[name].Row)];
            RegionNumbers[] each = [.. rows.Select(row => new RegionNumbers(row.Target, row.Inputs))];
            periods.Add(RegionNumbers.Whole(date, spec, inputs, shares, each) with { Holiday = rows[0].Holiday });
        }

        open.Clear();
    }
}
