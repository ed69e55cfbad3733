using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Perf;

/// <summary>
/// `bench cel`: a condition of three terms over 100,000 events, as an expression and as a programmer would write it in C# over the
/// same values.
/// </summary>
internal sealed class CelBench : IBench
{
    private const string Condition = "event.country == \"DE\" && event.amount > 10.0 && !event.type.startsWith(\"bot\")";
    private const int Events = 100_000;
    private const int Passes = 20;

    public string Name => "cel";

    public string Summary => "a condition of three terms over events, beside the same condition in C#";

    public Task<IReadOnlyList<BenchRow>> RunAsync(BenchSettings settings, CancellationToken stop)
    {
        CelEnvironment environment = new();
        environment.DeclareRecord("event", [new("country", CelType.String), new("amount", CelType.Double), new("type", CelType.String)]);
        CelProgram program = CelCompiler.Compile(Condition, environment).Program!;
        CelValue[] slots = Slots(environment.SlotCount);
        long ours = 0;
        long peer = 0;
        (Rate expression, Rate code) = Measure.ByTurns(
            settings.Quick ? 3 : 9, (long)Events * Passes, () => ours = Count(program, slots), () => peer = CountInCode(slots));
        if (ours != peer)
        {
            throw new InvalidOperationException($"the two disagree: {ours} and {peer}");
        }

        IReadOnlyList<BenchRow> rows =
        [
            new("cel conditions/s", expression.PerSecond, "conditions/s", "the same in C#", code.PerSecond),
            new("cel bytes allocated", expression.BytesPerOperation, "B/condition", "the same in C#", code.BytesPerOperation),
        ];
        return Task.FromResult(rows);
    }

    private static CelValue[] Slots(int width)
    {
        Random random = new(42);
        CelValue[] countries = [CelValue.Of("DE"), CelValue.Of("DE"), CelValue.Of("FR"), CelValue.Of("US")];
        CelValue[] types = [CelValue.Of("purchase"), CelValue.Of("page.view"), CelValue.Of("bot.visit")];
        CelValue[] slots = new CelValue[Events * width];
        for (int i = 0; i < slots.Length; i += width)
        {
            slots[i] = countries[random.Next(countries.Length)];
            slots[i + 1] = CelValue.Of(random.NextDouble() * 20);
            slots[i + 2] = types[random.Next(types.Length)];
        }

        return slots;
    }

    private static long Count(CelProgram program, CelValue[] slots)
    {
        long count = 0;
        for (int pass = 0; pass < Passes; pass++)
        {
            for (int i = 0; i < slots.Length; i += 3)
            {
                count += program.TryBool(slots.AsSpan(i, 3), out bool holds, out _) && holds ? 1 : 0;
            }
        }

        return count;
    }

    private static long CountInCode(CelValue[] slots)
    {
        long count = 0;
        for (int pass = 0; pass < Passes; pass++)
        {
            for (int i = 0; i < slots.Length; i += 3)
            {
                ReadOnlySpan<CelValue> row = slots.AsSpan(i, 3);
                bool holds = row[0].AsUtf8.SequenceEqual("DE"u8) && row[1].AsDouble > 10.0 && !row[2].AsUtf8.StartsWith("bot"u8);
                count += holds ? 1 : 0;
            }
        }

        return count;
    }
}
