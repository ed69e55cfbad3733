using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

/// <summary>
/// Markov attribution written a second time, as plainly as it can be: states as texts, probabilities, and Gaussian elimination with
/// pivoting of I - Q for every removed channel. Shares no code with what it checks.
/// </summary>
internal static class PlainMarkov
{
    public static (double[] Effects, double[] ValueEffects, double Rate) Solve(IEnumerable<PathRow> rows, int channels, int order, bool collapse)
    {
        Dictionary<string, int> states = new() { ["start"] = 0 };
        Dictionary<(int, int), double> steps = [];
        Dictionary<int, (double Conversions, double Value, double Nulls)> ends = [];
        List<int[]> members = [[]];
        foreach (PathRow row in rows)
        {
            int from = 0;
            int windows = Math.Max(1, row.Channels.Length - order + 1);
            for (int i = 0; i < windows; i++)
            {
                int[] window = row.Channels[i..Math.Min(row.Channels.Length, i + order)];
                string name = string.Join(",", window);
                if (!states.TryGetValue(name, out int state))
                {
                    states[name] = state = states.Count;
                    members.Add(window);
                }

                if (collapse && state == from)
                {
                    continue;
                }

                steps[(from, state)] = steps.GetValueOrDefault((from, state)) + row.Conversions + row.Nulls;
                from = state;
            }

            (double conversions, double value, double nulls) = ends.GetValueOrDefault(from);
            ends[from] = (conversions + row.Conversions, value + row.Value, nulls + row.Nulls);
        }

        double[] all = FromStart(states.Count, steps, ends, _ => false);
        double[] effects = new double[channels];
        double[] valueEffects = new double[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            double[] without = FromStart(states.Count, steps, ends, state => members[state].Contains(channel));
            effects[channel] = all[0] > 0 ? 1 - (without[0] / all[0]) : 0;
            valueEffects[channel] = all[1] > 0 ? 1 - (without[1] / all[1]) : 0;
        }

        return (effects, valueEffects, all[0]);
    }

    private static double[] FromStart(
        int n, Dictionary<(int, int), double> steps, Dictionary<int, (double Conversions, double Value, double Nulls)> ends, Func<int, bool> isRemoved)
    {
        double[] leaves = new double[n];
        foreach (((int from, _), double weight) in steps)
        {
            leaves[from] += weight;
        }

        foreach ((int state, (double conversions, _, double nulls)) in ends)
        {
            leaves[state] += conversions + nulls;
        }

        double[,] a = new double[n, n + 2];
        for (int i = 0; i < n; i++)
        {
            a[i, i] = 1;
            if (!isRemoved(i) && leaves[i] > 0 && ends.TryGetValue(i, out (double Conversions, double Value, double Nulls) end))
            {
                a[i, n] = end.Conversions / leaves[i];
                a[i, n + 1] = end.Value / leaves[i];
            }
        }

        foreach (((int from, int to), double weight) in steps)
        {
            if (!isRemoved(from) && leaves[from] > 0)
            {
                a[from, to] -= weight / leaves[from];
            }
        }

        Eliminate(a, n);
        return [a[0, n], a[0, n + 1]];
    }

    private static void Eliminate(double[,] a, int n)
    {
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < n; i++)
            {
                pivot = Math.Abs(a[i, k]) > Math.Abs(a[pivot, k]) ? i : pivot;
            }

            for (int j = 0; j < n + 2; j++)
            {
                (a[k, j], a[pivot, j]) = (a[pivot, j], a[k, j]);
            }

            for (int i = 0; i < n; i++)
            {
                double factor = i == k ? 0 : a[i, k] / a[k, k];
                for (int j = k; factor != 0 && j < n + 2; j++)
                {
                    a[i, j] -= factor * a[k, j];
                }
            }
        }

        for (int i = 0; i < n; i++)
        {
            a[i, n] /= a[i, i];
            a[i, n + 1] /= a[i, i];
        }
    }
}
