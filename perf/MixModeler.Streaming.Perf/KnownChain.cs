using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Perf;

/// <summary>Journeys of a Markov chain of three channels whose probabilities are known.</summary>
internal static class KnownChain
{
    private const int TouchesMax = 200;
    private static readonly double[] Converts = [0.10, 0.25, 0.05];

    public static MarkovCounts Draw(SeededDraws random, int journeys)
    {
        MarkovCounts counts = new(1, collapse: false);
        Span<int> path = stackalloc int[TouchesMax];
        for (int i = 0; i < journeys; i++)
        {
            int length = 0;
            path[length++] = random.Below(3) == 0 ? 1 : 0;
            bool converts;
            while (true)
            {
                int at = path[length - 1];
                double draw = random.Unit();
                converts = draw < Converts[at];
                if (converts || draw > 0.6 || length == TouchesMax)
                {
                    break;
                }

                path[length++] = (at + 1 + random.Below(2)) % 3;
            }

            counts.Add(path[..length], converts ? 1 : 0, 0, converts ? 0 : 1);
        }

        return counts;
    }

    public static double[] Shares(MarkovCounts counts)
    {
        MarkovCredit credit = new MarkovSolver().Solve(counts, 3);
        return [.. credit.Conversions.Select(conversions => conversions / counts.Conversions)];
    }
}
