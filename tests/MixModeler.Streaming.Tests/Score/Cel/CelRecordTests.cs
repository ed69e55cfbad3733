using System.Text;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelRecordTests
{
    private readonly CelEnvironment environment = new();
    private readonly CelValue[] slots;

    public CelRecordTests()
    {
        environment.DeclareRecord("event",
        [
            new("country", CelType.String), new("amount", CelType.Double), new("type", CelType.String), new("time", CelType.Timestamp),
            new("visit", CelType.RecordOf([new("pages", CelType.Int), new("source", CelType.String)])),
            new("tags", CelType.ListOf(CelType.String)), new("extra", CelType.Dyn),
        ]);
        slots = new CelValue[environment.SlotCount];
        byte[] line = Encoding.UTF8.GetBytes("""{"country":"DE","type":"purchase"}""");
        slots[environment.SlotOf("event.country")] = CelValue.OfUtf8(line, 12, 2);
        slots[environment.SlotOf("event.type")] = CelValue.OfUtf8(line, 24, 8);
        slots[environment.SlotOf("event.amount")] = CelValue.Of(12.5);
        slots[environment.SlotOf("event.time")] = CelValue.OfUnixMs(1_790_000_000_123);
        slots[environment.SlotOf("event.tags")] = CelValue.Of([CelValue.Of("new"), CelValue.Of("mobile")]);
    }

    [Theory]
    [InlineData("event.country == 'DE'", "bool true")]
    [InlineData("has(event.amount)", "bool true")]
    [InlineData("has(event.visit.pages)", "bool false")]
    [InlineData("has(event.visit)", "bool false")]
    [InlineData("has(event.extra)", "bool false")]
    [InlineData("event.visit.pages", "error NoSuchKey")]
    [InlineData("event.visit.pages > 1 || true", "bool true")]
    [InlineData("has(event.extra.deep)", "error NoSuchKey")]
    [InlineData("has(event.visit.pages) ? event.visit.pages : 0", "int 0")]
    [InlineData("event.time.getFullYear()", "int 2026")]
    [InlineData("event.time.getMilliseconds()", "int 123")]
    [InlineData("'mobile' in event.tags", "bool true")]
    public void A_field_is_read_from_its_slot(string expression, string expected)
    {
        CelValue value = Compile(expression).Evaluate(slots);

        Assert.Equal(expected, value.IsError ? $"error {value.AsError.Code}" : $"{value.KindName} {value}");
    }

    [Fact]
    public void Fields_of_nested_records_and_maps_are_found()
    {
        slots[environment.SlotOf("event.visit.source")] = CelValue.Of("mail");
        Assert.True(CelJson.TryParse("""{"deep":{"list":[1,2]}}"""u8, out slots[environment.SlotOf("event.extra")], out _));

        Assert.Equal("mail", Compile("event.visit.source").Evaluate(slots).AsText);
        Assert.True(Compile("has(event.visit) && has(event.extra.deep) && !has(event.extra.flat)").Evaluate(slots).AsBool);
        Assert.Equal(2, Compile("event.extra.deep.list[1]").Evaluate(slots).AsInt);
    }

    [Fact]
    public void A_program_names_the_slots_it_reads()
    {
        CelProgram program = Compile("event.amount > 1.0 && has(event.visit) && event.amount < 9.0");

        Assert.Equal(
            new[] { "event.amount", "event.visit.pages", "event.visit.source" }.Select(environment.SlotOf).Order(),
            program.Slots);
    }

    [Fact]
    public void Too_few_slots_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Compile("event.amount").Evaluate([]));

    [Theory]
    [InlineData("event.country == \"DE\" && event.amount > 10.0 && !event.type.startsWith(\"bot\")")]
    [InlineData("event.time.getHours() >= 8 || event.time.getDayOfWeek('Europe/Berlin') == 0 || event.time.getHours('+05:30') >= 0")]
    [InlineData("event.time > timestamp('2026-01-01T00:00:00Z') && event.time + duration('1h') < timestamp('2027-01-01T00:00:00Z')")]
    [InlineData("event.tags.exists(t, t == 'mobile') && event.country in ['DE', 'FR'] && event.type.matches('^pur.*e$')")]
    [InlineData("event.amount * 2.0 + 1.0 > 25.0 && size(event.type) == 8 && event.type.contains('chas') && int(event.amount) == 12")]
    [InlineData("event.visit.pages > 3 || has(event.amount) || event.amount / 0.0 > 1.0 ? true : false")]
    [InlineData("(has(event.visit.pages) ? event.visit.pages : 0) == 0")]
    public void A_condition_allocates_nothing(string expression)
    {
        CelProgram program = Compile(expression);
        Assert.True(Run(program, 2_000));
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool holds = Run(program, 5_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(holds);
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData("event.visit.pages > 3", CelErrorCode.NoSuchKey)]
    [InlineData("[1, 0].all(x, 10 / x > 5)", CelErrorCode.DivisionByZero)]
    [InlineData("dyn(1)", CelErrorCode.NoSuchOverload)]
    public void A_condition_without_an_answer_says_why(string expression, CelErrorCode code)
    {
        bool isAnswer = Compile(expression).TryBool(slots, out bool value, out CelError error);

        Assert.False(isAnswer);
        Assert.False(value);
        Assert.Equal(code, error.Code);
    }

    private bool Run(CelProgram program, int times)
    {
        bool all = true;
        for (int i = 0; i < times; i++)
        {
            all &= program.TryBool(slots, out bool value, out _) && value;
        }

        return all;
    }

    private CelProgram Compile(string expression)
    {
        CelCompilation compilation = CelCompiler.Compile(expression, environment);
        Assert.True(compilation.IsValid, string.Join('\n', compilation.Problems));
        return compilation.Program!;
    }
}
