using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Tests.Score;

/// <summary>Features are read four at a time; one at a time, and by the formulas of the summary, they must be the same.</summary>
public sealed class FeatureSchemaVectorTests
{
    private const int Seed = 77;
    private const long NowMs = 1_788_256_800_000;

    private readonly Random random = new(Seed);

    [Fact]
    public void Values_are_the_same_to_the_last_bit_whether_read_together_or_alone()
    {
        for (int round = 0; round < 400; round++)
        {
            FeatureSchema schema = Schema(round % 23);
            long[] row = Row(schema);
            double[] values = new double[schema.Features.Length];
            schema.ReadValues(row, NowMs, values);
            for (int i = 0; i < values.Length; i++)
            {
                Assert.Equal(BitConverter.DoubleToInt64Bits(schema.ReadValue(row, i, NowMs)), BitConverter.DoubleToInt64Bits(values[i]));
                Assert.Equal(Value(schema.Features[i], row[1 + i], row[0]), values[i]);
            }
        }
    }

    [Fact]
    public void Inputs_follow_the_formula_for_any_number_of_features()
    {
        for (int round = 0; round < 400; round++)
        {
            FeatureSchema schema = Schema(round % 23);
            double[] values = new double[schema.Features.Length];
            schema.ReadValues(Row(schema), NowMs, values);
            double[] inputs = new double[schema.InputCount];
            schema.WriteInputs(values, inputs);
            double[] expected = [.. schema.Features.Zip(values).SelectMany(each => Inputs(each.First, each.Second))];
            Assert.Equal(expected.Length, inputs.Length);
            for (int i = 0; i < inputs.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - inputs[i]) <= 4e-16 * Math.Abs(expected[i]), $"{inputs[i]:R} for {expected[i]:R} (seed {Seed})");
            }
        }
    }

    [Fact]
    public void A_prediction_is_the_sigmoid_of_the_weighted_sum_for_any_number_of_inputs()
    {
        for (int count = 0; count < 40; count++)
        {
            double[] weights = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
            double[] inputs = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 10)];
            double z = 0.25 + weights.Zip(inputs).Sum(each => each.First * each.Second);
            Assert.Equal(LinearModel.Sigmoid(z), new LinearModel(1, 0.25, weights).Predict(inputs), 12);
        }
    }

    private static double Value(Feature feature, long word, long newestMs) => feature.Kind switch
    {
        FeatureKind.Count => word,
        FeatureKind.MinutesSince => word == 0 ? double.NaN : Math.Max(0, NowMs - word) / 60_000.0,
        _ => BitConverter.Int64BitsToDouble(word) is double sum && sum == 0
            ? 0
            : BitConverter.Int64BitsToDouble(word) * double.Exp2(-(double)(NowMs - newestMs) / feature.HalfLifeMs),
    };

    private static double[] Inputs(Feature feature, double value) => feature.Kind switch
    {
        FeatureKind.MinutesSince => double.IsNaN(value) ? [0, 0] : [1, Math.Log(1 + value)],
        _ => [Math.CopySign(Math.Log(1 + Math.Abs(value)), value)],
    };

    private FeatureSchema Schema(int features) => new(
        Enumerable.Range(0, features).Select(i => new Feature($"f{i}", (FeatureKind)random.Next(3), 3_600_000)));

    private long[] Row(FeatureSchema schema)
    {
        long[] row = new long[schema.RowWords];
        row[0] = NowMs - random.Next(1_000_000);
        for (int i = 0; i < schema.Features.Length; i++)
        {
            bool isKnown = random.Next(3) > 0;
            row[1 + i] = !isKnown ? 0 : schema.Features[i].Kind switch
            {
                FeatureKind.Count => random.Next(1, 100_000),
                // Some lie ahead of the reader's clock.
                FeatureKind.MinutesSince => NowMs + 100_000 - random.NextInt64(1_000_000_000),
                _ => BitConverter.DoubleToInt64Bits((random.NextDouble() - 0.3) * 1_000),
            };
        }

        return row;
    }
}
