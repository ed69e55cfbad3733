using System.Runtime.InteropServices;
using System.Text;
using MixModeler.Streaming.Topology.Mixes;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Mix;

/// <summary>
/// A model as bytes and back, bit by bit. The history travels as it was observed; its sums are made again by the same additions.
/// <code>
/// format | layout's names | scales | periods: date, outcome, inputs, holiday | lift tests: applied, waiting
///   | resamplings, parents, grandparents, log weights, particles | step scale, counters, scores | CRC-32C
/// </code>
/// </summary>
public static class MixSnapshot
{
    private const byte Format = 3;

    /// <summary>The same state always makes the same bytes.</summary>
    public static byte[] Write(MixModel model)
    {
        PackedWriter writer = new(model.Cloud.Values.Length * 8 + 4_096);
        writer.Byte(Format);
        writer.Bytes(Encoding.UTF8.GetBytes(Shape(model.Layout)));
        writer.Double(model.History.Scales.Target);
        foreach (double scale in model.History.Scales.Media)
        {
            writer.Double(scale);
        }

        WriteHistory(writer, model.History, model.Layout);
        WriteLifts(writer, model.AppliedLifts);
        WriteLifts(writer, model.WaitingLifts);
        ParticleCloud cloud = model.Cloud;
        writer.VarUInt((ulong)cloud.Resamplings);
        for (int i = 0; i < cloud.Count; i++)
        {
            writer.VarUInt((ulong)cloud.Parents[i]);
            writer.VarUInt((ulong)cloud.Grandparents[i]);
            writer.Double(cloud.LogWeights[i]);
        }

        writer.Raw(MemoryMarshal.AsBytes(cloud.Values));
        writer.Double(model.Moves.Scale);
        writer.Double(model.Moves.LastAcceptance);
        writer.Int64(model.Moves.StepsDone);
        writer.Double(model.LogEvidence);
        model.Scores.Write(writer);
        writer.UInt32(Crc32C.Of(writer.Written));
        return writer.Written.ToArray();
    }

    /// <summary>A model that goes on as if it had never been away.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, of another format, or of a model with another spec.</exception>
    public static MixModel Read(ReadOnlySpan<byte> bytes, MixSpec spec)
    {
        if (bytes.Length < 5 || Crc32C.Of(bytes[..^4]) != BitConverter.ToUInt32(bytes[^4..]))
        {
            throw new InvalidDataException("the model's bytes are damaged: their checksum does not fit");
        }

        PackedReader reader = new(bytes[..^4]);
        MixLayout layout = new(spec);
        if (reader.Byte() != Format || Encoding.UTF8.GetString(reader.Bytes()) != Shape(layout))
        {
            throw new InvalidDataException("the bytes are those of a model with another spec, or of another format");
        }

        MixScales scales = new(reader.Double(), new double[layout.Channels.Length]);
        for (int c = 0; c < scales.Media.Length; c++)
        {
            scales.Media[c] = reader.Double();
        }

        MixModel model = new(layout, scales);
        ReadHistory(ref reader, model.History, layout);
        model.RestoreLifts(ReadLifts(ref reader), ReadLifts(ref reader));
        ReadCloud(ref reader, model.Cloud);
        model.Moves.Scale = reader.Double();
        model.Moves.LastAcceptance = reader.Double();
        model.Moves.StepsDone = reader.Int64();
        model.LogEvidence = reader.Double();
        model.Scores = MixScores.Read(ref reader);
        return model;
    }

    private static void ReadCloud(ref PackedReader reader, ParticleCloud cloud)
    {
        int resamplings = (int)reader.VarUInt();
        int[] parents = new int[cloud.Count];
        int[] grandparents = new int[cloud.Count];
        for (int i = 0; i < cloud.Count; i++)
        {
            parents[i] = (int)reader.VarUInt();
            grandparents[i] = (int)reader.VarUInt();
            cloud.LogWeights[i] = reader.Double();
        }

        Span<double> values = cloud.Values;
        MemoryMarshal.Cast<byte, double>(reader.Raw(values.Length * sizeof(double))).CopyTo(values);
        cloud.Restore(resamplings, parents, grandparents);
    }

    private static void WriteHistory(PackedWriter writer, MixHistory history, MixLayout layout)
    {
        writer.VarUInt((ulong)history.Periods);
        for (int t = 0; t < history.Periods; t++)
        {
            writer.VarUInt((ulong)history.Dates[t].DayNumber);
            writer.Double(history.Outcome[t]);
            for (int i = 0; i < layout.Inputs.Length; i++)
            {
                writer.Double(history.Input(i)[t]);
            }

            writer.Bytes(Encoding.UTF8.GetBytes(history.Holidays[t]));
            for (int r = 0; r < (history.Regions?.Count ?? 0); r++)
            {
                writer.Double(history.Regions!.Outcome(r, history.Periods)[t]);
                for (int i = 0; i < layout.Inputs.Length; i++)
                {
                    writer.Double(history.Regions.Input(r, i, history.Periods)[t]);
                }
            }
        }
    }

    private static void ReadHistory(ref PackedReader reader, MixHistory history, MixLayout layout)
    {
        int periods = reader.Count(1);
        for (int t = 0; t < periods; t++)
        {
            DateOnly date = DateOnly.FromDayNumber((int)reader.VarUInt());
            double outcome = reader.Double();
            double[] inputs = ReadNumbers(ref reader, layout.Inputs.Length);
            string holiday = Encoding.UTF8.GetString(reader.Bytes());
            RegionNumbers[]? regions = history.Regions is null ? null : new RegionNumbers[history.Regions.Count];
            for (int r = 0; r < (regions?.Length ?? 0); r++)
            {
                regions![r] = new RegionNumbers(reader.Double(), ReadNumbers(ref reader, layout.Inputs.Length));
            }

            history.Append(new MixObservation(date, outcome, inputs, holiday, regions));
        }
    }

    private static double[] ReadNumbers(ref PackedReader reader, int count)
    {
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = reader.Double();
        }

        return numbers;
    }

    private static void WriteLifts(PackedWriter writer, IReadOnlyList<LiftTest> lifts)
    {
        writer.VarUInt((ulong)lifts.Count);
        foreach (LiftTest lift in lifts)
        {
            writer.Bytes(Encoding.UTF8.GetBytes(lift.Channel));
            writer.VarUInt((ulong)lift.From.DayNumber);
            writer.VarUInt((ulong)lift.To.DayNumber);
            writer.VarUInt((ulong)lift.MeasuredTo.DayNumber);
            writer.Double(lift.MediaDelta);
            writer.Double(lift.Lift);
            writer.Double(lift.StandardError);
            writer.Bytes(Encoding.UTF8.GetBytes(lift.Region ?? ""));
        }
    }

    private static List<LiftTest> ReadLifts(ref PackedReader reader)
    {
        int count = reader.Count(1);
        List<LiftTest> lifts = [];
        for (int i = 0; i < count; i++)
        {
            string channel = Encoding.UTF8.GetString(reader.Bytes());
            DateOnly from = DateOnly.FromDayNumber((int)reader.VarUInt());
            DateOnly to = DateOnly.FromDayNumber((int)reader.VarUInt());
            DateOnly measured = DateOnly.FromDayNumber((int)reader.VarUInt());
            LiftTest lift = new(channel, from, to, measured, reader.Double(), reader.Double(), reader.Double());
            string region = Encoding.UTF8.GetString(reader.Bytes());
            lifts.Add(region.Length == 0 ? lift : lift with { Region = region });
        }

        return lifts;
    }

    // What must be the same for a particle to mean the same: names, priors, kernels, and how many particles with which seed.
    private static string Shape(MixLayout layout)
    {
        MixSpec spec = layout.Spec;
        string[] channels =
        [
            .. layout.Channels.Select(c => string.Join(
                '/', c.Name, c.Column, c.SpendColumn, c.Adstock.Shape, c.Adstock.Terms, c.Adstock.Normalize, c.Adstock.LagWeeks,
                c.Saturation.Curve, c.Effect, c.Credit) + (c.Path is null ? "" : $"/{c.Path}")),
        ];
        string time = FormattableString.Invariant($"{spec.TrendPeriods} {spec.LevelEvery} {spec.FourierPeriodDays} {spec.HalfLife}");
        string known = spec.Base is null ? "" : $" {spec.Base}";
        string model = FormattableString.Invariant($"{spec.Form} {spec.CoefficientsInNoiseUnits} {spec.Particles} {spec.Seed} {time}{known}");
        return string.Join(
            ' ',
            [
                model, .. channels, .. layout.CoordinatePriors.Select(prior => $"{prior}"), .. layout.CoefficientNames,
                .. layout.CoefficientPriors.Select(prior => $"{prior}"), .. layout.Inputs,
                $"{spec.Regions}", .. spec.Regions?.Members.Select(member => $"{member}") ?? [],
            ]);
    }
}
