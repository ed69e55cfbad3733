using System.Globalization;
using System.Text;
using MixModeler.Streaming.Learn;
using MixModeler.Streaming.Topology;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Tests.Learn;

/// <summary>
/// Prequential quality on two public streams in their own order. References, one pass, by other implementations: bank
/// FTRL α=.1 AUC .7938 / log-loss .2766 (a logistic regression refitted every 500: .7336 / .4017); shoppers FTRL α=.1
/// .9112 / .2546 (logistic refitted every 500: .8951 / .2851).
/// </summary>
public sealed class ReferenceStreamTests(ITestOutputHelper output)
{
    private static readonly string[] BankNumeric =
        ["age", "campaign", "pdays", "previous", "emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m", "nr.employed"];

    private static readonly string[] BankCategories = ["job", "marital", "education", "default", "housing", "loan"];

    private static readonly string[] ShopperNumeric =
        ["Administrative", "Administrative_Duration", "Informational", "Informational_Duration", "ProductRelated", "ProductRelated_Duration", "BounceRates", "ExitRates", "PageValues", "SpecialDay"];

    private static readonly string[] ShopperCategories =
        ["Month", "OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType", "Weekend"];

    [Fact]
    public void Bank_subscriptions_are_predicted_as_well_as_the_reference()
    {
        Quality quality = Run(ReferenceFile.Lines("bank.csv.gz"), ';', BankNumeric, BankCategories, "y");

        Assert.InRange(quality.Auc, 0.792, 1);
        Assert.InRange(quality.LogLoss, 0, 0.278);
        Assert.InRange(quality.CalibrationError, 0, 0.015);
    }

    [Fact]
    public void Shop_purchases_are_predicted_as_well_as_the_reference()
    {
        Quality quality = Run(ReferenceFile.Lines("shoppers.csv.gz"), ',', ShopperNumeric, ShopperCategories, "Revenue");

        Assert.InRange(quality.Auc, 0.910, 1);
        Assert.InRange(quality.LogLoss, 0, 0.2555);
        Assert.InRange(quality.CalibrationError, 0, 0.025);
    }

    private Quality Run(string[] lines, char separator, string[] numeric, string[] categories, string target)
    {
        string[] header = lines[0].Split(separator);
        int[] numericAt = [.. numeric.Select(name => Array.IndexOf(header, name))];
        int[] categoryAt = [.. categories.Select(name => Array.IndexOf(header, name))];
        int targetAt = Array.IndexOf(header, target);
        FtrlLearner learner = new(new LearnerOptions { Alpha = 0.1, Beta = 1 }, numeric.Length, hashBits: 16);
        PrequentialMetrics metrics = new(1_000);
        double[] inputs = new double[numeric.Length];
        uint[] hashed = new uint[categories.Length];
        foreach (string line in lines[1..])
        {
            string[] cells = line.Split(separator);
            for (int i = 0; i < inputs.Length; i++)
            {
                double value = double.Parse(cells[numericAt[i]], CultureInfo.InvariantCulture);
                inputs[i] = Math.CopySign(Math.Log(1 + Math.Abs(value)), value);
            }

            for (int i = 0; i < hashed.Length; i++)
            {
                hashed[i] = (uint)Hash128.Of(Encoding.UTF8.GetBytes($"{categories[i]}={cells[categoryAt[i]]}")).Low;
            }

            bool label = cells[targetAt] == "1";
            metrics.Add(learner.PredictThenLearn(inputs, hashed, label), label);
        }

        Quality quality = metrics.SinceStart();
        output.WriteLine($"{quality}");
        foreach (ReliabilityBin bin in metrics.ReliabilitySinceStart())
        {
            output.WriteLine($"{bin.Examples,6} predicted {bin.MeanPredicted:F4} observed {bin.MeanObserved:F4}");
        }

        return quality;
    }
}
