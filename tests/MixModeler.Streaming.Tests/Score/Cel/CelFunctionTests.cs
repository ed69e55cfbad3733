namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelFunctionTests
{
    [Fact]
    public void Texts_are_measured_in_code_points_and_searched() => CelTable.Holds("""
        size('') → int 0
        size('héllo') → int 5
        '😀a'.size() → int 2
        size(b'\xff\x00') → int 2
        size([1, 2]) → int 2
        {'a': 1}.size() → int 1
        size(1) → error NoSuchOverload
        size(null) → error NoSuchOverload
        'hello'.contains('ell') → bool true
        'hello'.contains('') → bool true
        'hello'.contains('z') → bool false
        'hello'.startsWith('he') → bool true
        'hello'.startsWith('lo') → bool false
        'hello'.endsWith('lo') → bool true
        'hello'.endsWith('hello!') → bool false
        'a'.contains(1) → error NoSuchOverload
        b'a'.contains(b'a') → error NoSuchOverload
        contains('a', 'a') → error UnknownFunction
        'a'.size('b') → error UnknownFunction
        'a' + 'b' → string ab
        b'a' + b'b' → bytes YWI=
        'a' + b'b' → error NoSuchOverload
        """, 22);

    [Fact]
    public void Conversions_are_exact_or_fail() => CelTable.Holds("""
        int(1) → int 1
        int(7u) → int 7
        int(18446744073709551615u) → error Overflow
        int(3.9) → int 3
        int(-3.9) → int -3
        int(9223372036854775807.0) → error Overflow
        int(-9223372036854775808.0) → error Overflow
        int(9223372036854774784.0) → int 9223372036854774784
        int(0.0 / 0.0) → error Overflow
        int('42') → int 42
        int('-42') → int -42
        int('4.2') → error InvalidArgument
        int('') → error InvalidArgument
        int(' 1') → error InvalidArgument
        int('9223372036854775808') → error InvalidArgument
        int(timestamp('1970-01-01T00:01:00Z')) → int 60
        int(true) → error NoSuchOverload
        uint(7) → uint 7
        uint(-1) → error Overflow
        uint(3.9) → uint 3
        uint(-0.5) → error Overflow
        uint(18446744073709551616.0) → error Overflow
        uint('42') → uint 42
        uint('-1') → error InvalidArgument
        double(3) → double 3
        double(3u) → double 3
        double('1.5e3') → double 1500
        double('NaN') → double NaN
        double('-Infinity') → double -Infinity
        double('abc') → error InvalidArgument
        double(' 1') → error InvalidArgument
        double('1e999') → error InvalidArgument
        bool('true') → bool true
        bool('False') → bool false
        bool('t') → bool true
        bool('0') → bool false
        bool('yes') → error InvalidArgument
        bool(1) → error NoSuchOverload
        bytes('é') → bytes w6k=
        string(b'\xc3\xa9') → string é
        string(b'\xff') → error InvalidArgument
        string(true) → string true
        string(-5) → string -5
        string(5u) → string 5
        string(null) → error NoSuchOverload
        string([1]) → error NoSuchOverload
        dyn(1) → int 1
        type(1) → type int
        type(1u) → type uint
        type(1.0) → type double
        type('') → type string
        type(b'') → type bytes
        type(null) → type null_type
        type(true) → type bool
        type([]) → type list
        type({}) → type map
        type(int) → type type
        type(timestamp(0)) → type google.protobuf.Timestamp
        type(duration('0s')) == google.protobuf.Duration → bool true
        type(1/0) → error DivisionByZero
        int() → error UnknownFunction
        int(1, 2) → error UnknownFunction
        """, 62);

    [Fact]
    public void A_double_becomes_the_shortest_text_that_reads_back_the_same() => CelTable.Holds("""
        string(1.0) → string 1
        string(123.456) → string 123.456
        string(-4.5e-3) → string -0.0045
        string(0.0001) → string 0.0001
        string(0.00001) → string 1e-05
        string(999999.0) → string 999999
        string(1e6) → string 1e+06
        string(1234567.0) → string 1.234567e+06
        string(1e21) → string 1e+21
        string(1e100) → string 1e+100
        string(6.02214e23) → string 6.02214e+23
        string(5e-324) → string 5e-324
        string(0.1 + 0.2) → string 0.30000000000000004
        string(-0.0) → string -0
        string(0.0 / 0.0) → string NaN
        string(1.0 / 0.0) → string +Inf
        string(-1.0 / 0.0) → string -Inf
        string(100.0) → string 100
        """, 18);
}
