using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

/// <summary>Counted paths drawn at random, of very different sizes.</summary>
internal static class RandomPaths
{
    public static List<PathRow> Draw(Random random, int channels, int rows, int touchesMax)
    {
        List<PathRow> paths = [];
        for (int i = 0; i < rows; i++)
        {
            int[] path = new int[1 + random.Next(touchesMax)];
            for (int t = 0; t < path.Length; t++)
            {
                path[t] = t > 0 && random.Next(4) == 0 ? path[t - 1] : random.Next(channels);
            }

            double conversions = random.Next(3) == 0 ? random.Next(1, 1 + (1 << random.Next(12))) : 0;
            double nulls = conversions == 0 || random.Next(2) == 0 ? random.Next(1, 1 + (1 << random.Next(12))) : 0;
            paths.Add(new PathRow(path, conversions, conversions * random.Next(100), nulls));
        }

        return paths;
    }
}
