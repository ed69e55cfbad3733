namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelTimeTests
{
    [Fact]
    public void Timestamps_are_read_and_written_to_the_nanosecond() => CelTable.Holds("""
        timestamp('2026-03-01T12:30:45Z') → timestamp 2026-03-01T12:30:45Z
        timestamp('2026-03-01T12:30:45.5Z') → timestamp 2026-03-01T12:30:45.5Z
        timestamp('2026-03-01T12:30:45.000000001Z') → timestamp 2026-03-01T12:30:45.000000001Z
        timestamp('2026-03-01T00:30:00+01:00') → timestamp 2026-02-28T23:30:00Z
        timestamp('2026-03-01T00:30:00-05:30') → timestamp 2026-03-01T06:00:00Z
        string(timestamp(0)) → string 1970-01-01T00:00:00Z
        string(timestamp(-1)) → string 1969-12-31T23:59:59Z
        timestamp('0001-01-01T00:00:00Z') → timestamp 0001-01-01T00:00:00Z
        timestamp('9999-12-31T23:59:59.999999999Z') → timestamp 9999-12-31T23:59:59.999999999Z
        timestamp('0000-01-01T00:00:00Z') → error InvalidArgument
        timestamp('10000-01-01T00:00:00Z') → error InvalidArgument
        timestamp('0001-01-01T00:00:00+01:00') → error InvalidArgument
        timestamp('2026-02-29T00:00:00Z') → error InvalidArgument
        timestamp('2026-01-01T24:00:00Z') → error InvalidArgument
        timestamp('2026-01-01 00:00:00Z') → error InvalidArgument
        timestamp('2026-01-01T00:00:00') → error InvalidArgument
        timestamp('2026-01-01T00:00:00.Z') → error InvalidArgument
        timestamp('2026-01-01') → error InvalidArgument
        timestamp('') → error InvalidArgument
        timestamp(253402300799) → timestamp 9999-12-31T23:59:59Z
        timestamp(253402300800) → error Overflow
        timestamp(-62135596801) → error Overflow
        timestamp(1u) → error NoSuchOverload
        timestamp(timestamp(1)) → timestamp 1970-01-01T00:00:01Z
        """, 24);

    [Fact]
    public void Durations_are_read_in_units_and_written_in_seconds() => CelTable.Holds("""
        duration('1h30m1.5s') → duration 5401.5s
        duration('100ms') → duration 0.1s
        duration('1us') → duration 0.000001s
        duration('1µs') → duration 0.000001s
        duration('1ns') → duration 0.000000001s
        duration('-1.5h') → duration -5400s
        duration('+5s') → duration 5s
        duration('.5s') → duration 0.5s
        duration('5.s') → duration 5s
        duration('0') → duration 0s
        duration('9223372036854775807ns') → duration 9223372036.854775807s
        duration('-9223372036854775808ns') → duration -9223372036.854775808s
        duration('9223372036854775808ns') → error InvalidArgument
        duration('320000000000s') → error InvalidArgument
        duration('') → error InvalidArgument
        duration('5') → error InvalidArgument
        duration('5d') → error InvalidArgument
        duration('s') → error InvalidArgument
        duration('.s') → error InvalidArgument
        duration('1h-1m') → error InvalidArgument
        duration(1) → error NoSuchOverload
        string(duration('1h')) → string 3600s
        string(duration('1m1ms')) → string 60.001s
        string(duration('-1ns')) → string -0.000000001s
        """, 24);

    [Fact]
    public void Times_and_durations_add_up_within_their_ranges() => CelTable.Holds("""
        timestamp(0) + duration('1s') → timestamp 1970-01-01T00:00:01Z
        duration('1s') + timestamp(0) → timestamp 1970-01-01T00:00:01Z
        timestamp(0) - duration('1ns') → timestamp 1969-12-31T23:59:59.999999999Z
        timestamp(10) - timestamp(4) → duration 6s
        duration('1m') + duration('1s') → duration 61s
        duration('1m') - duration('2m') → duration -60s
        duration('1s') - timestamp(0) → error NoSuchOverload
        timestamp(0) + timestamp(0) → error NoSuchOverload
        timestamp(0) + 1 → error NoSuchOverload
        duration('1s') * 2 → error NoSuchOverload
        -duration('1s') → error NoSuchOverload
        timestamp('9999-12-31T23:59:59Z') + duration('1s') → error Overflow
        timestamp('0001-01-01T00:00:00Z') - duration('1ns') → error Overflow
        timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z') → error Overflow
        duration('9223372036s') + duration('1s') → error Overflow
        duration('-9223372036s') - duration('1s') → error Overflow
        timestamp('2026-01-01T00:00:00Z') < timestamp('2026-01-01T00:00:00.000000001Z') → bool true
        """, 17);

    [Fact]
    public void Parts_of_a_time_are_counted_as_the_language_counts_them() => CelTable.Holds("""
        t.getFullYear() → int 2009
        t.getMonth() → int 1
        t.getDate() → int 13
        t.getDayOfMonth() → int 12
        t.getDayOfWeek() → int 5
        t.getDayOfYear() → int 43
        t.getHours() → int 23
        t.getMinutes() → int 31
        t.getSeconds() → int 30
        t.getMilliseconds() → int 123
        t.getHours('+05:30') → int 5
        t.getMinutes('+05:30') → int 1
        t.getDate('+05:30') → int 14
        t.getHours('-00:30') → int 23
        t.getHours('02:00') → int 1
        t.getHours('Europe/Berlin') → int 0
        t.getDate('Australia/Sydney') → int 14
        t.getMinutes('Asia/Kathmandu') → int 16
        t.getHours('UTC') → int 23
        t.getHours('Nowhere/City') → error InvalidArgument
        t.getHours('../etc/passwd') → error InvalidArgument
        t.getHours('') → error InvalidArgument
        t.getHours('+5') → error InvalidArgument
        t.getHours('+25:00') → error InvalidArgument
        t.getHours(1) → error NoSuchOverload
        timestamp('2024-02-29T00:00:00Z').getDayOfYear() → int 59
        timestamp('2026-08-02T12:00:00Z').getDayOfWeek() → int 0
        timestamp('2026-07-01T00:00:00Z').getHours('Europe/Berlin') → int 2
        timestamp('2026-01-01T00:00:00Z').getHours('Europe/Berlin') → int 1
        timestamp(-1).getMilliseconds() → int 0
        timestamp('0001-01-01T00:00:00Z').getFullYear('-12:00') → int 1
        duration('10000s').getHours() → int 2
        duration('3730s').getMinutes() → int 62
        duration('3730.9s').getSeconds() → int 3730
        duration('1.234567s').getMilliseconds() → int 234
        duration('-1.5s').getSeconds() → int -1
        duration('1h').getFullYear() → error NoSuchOverload
        duration('1h').getHours('UTC') → error NoSuchOverload
        'a'.getHours() → error NoSuchOverload
        """, 39, CelTable.Bind("t:timestamp", "\"2009-02-13T23:31:30.123456789Z\""));
}
