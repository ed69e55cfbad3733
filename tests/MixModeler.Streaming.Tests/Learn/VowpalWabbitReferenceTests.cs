using System.Globalization;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Tests.Learn;

/// <summary>
/// The FTRL arithmetic against the losses that Vowpal Wabbit publishes with its own tests. Those runs are regressions with
/// squared loss over sparse inputs, so the loop around the coordinates is theirs: a constant feature, predictions clipped to the
/// range of labels seen so far (from 0), the gradient of (p-y)².
/// </summary>
public sealed class VowpalWabbitReferenceTests
{
    // They compute in single precision and print six digits.
    private const double Printed = 2e-6;

    [Fact]
    public void Published_loss_of_0001_is_reproduced()
    {
        Regression regression = new(new LearnerOptions { Alpha = 0.01, Beta = 0, L1 = 2 });

        double loss = regression.ProgressiveLoss(ReferenceFile.Lines("vw-0001.dat.gz"));

        Assert.Equal(0.379717, loss, Printed);
    }

    [Fact]
    public void Published_predictions_of_the_model_learned_from_0001_are_reproduced()
    {
        string[] lines = ReferenceFile.Lines("vw-0001.dat.gz");
        string[] published = ReferenceFile.Lines("vw-0001_ftrl.predict.gz");
        Regression regression = new(new LearnerOptions { Alpha = 0.01, Beta = 0, L1 = 2 });
        regression.ProgressiveLoss(lines);

        for (int i = 0; i < lines.Length; i++)
        {
            double predicted = regression.Predict(Regression.Parse(lines[i]).Inputs);
            Assert.Equal(double.Parse(published[i], CultureInfo.InvariantCulture), predicted, Printed);
        }
    }

    [Fact]
    public void Published_loss_of_0002_25_is_reproduced()
    {
        Regression regression = new(new LearnerOptions { Alpha = 0.5, Beta = 1 });

        double loss = regression.ProgressiveLoss(ReferenceFile.Lines("vw-0002_25.dat.gz"));

        Assert.Equal(0.059771, loss, Printed);
    }

    private sealed class Regression(LearnerOptions options)
    {
        private readonly FtrlRates rates = new(options);
        private readonly Dictionary<string, FtrlCoordinate> coordinates = [];
        private double low;
        private double high;

        public static (double Label, List<(string Name, double Value)> Inputs) Parse(string line)
        {
            string[] parts = line.Split('|');
            List<(string, double)> inputs = [("Constant", 1)];
            foreach (string part in parts[1..])
            {
                string[] words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                foreach (string word in words[1..])
                {
                    string[] pair = word.Split(':');
                    inputs.Add(($"{words[0]}^{pair[0]}", pair.Length == 1 ? 1 : double.Parse(pair[1], CultureInfo.InvariantCulture)));
                }
            }

            return (double.Parse(parts[0].Split(' ')[0], CultureInfo.InvariantCulture), inputs);
        }

        public double ProgressiveLoss(string[] lines)
        {
            double sum = 0;
            foreach (string line in lines)
            {
                (double label, List<(string Name, double Value)> inputs) = Parse(line);
                low = Math.Min(low, label);
                high = Math.Max(high, label);
                double miss = Predict(inputs) - label;
                sum += miss * miss;
                foreach ((string name, double value) in inputs)
                {
                    FtrlCoordinate coordinate = coordinates.GetValueOrDefault(name);
                    coordinate.Learn(2 * miss * value, in rates);
                    coordinates[name] = coordinate;
                }
            }

            return sum / lines.Length;
        }

        public double Predict(List<(string Name, double Value)> inputs) =>
            Math.Clamp(inputs.Sum(input => coordinates.GetValueOrDefault(input.Name).Weight(in rates) * input.Value), low, high);
    }
}
