namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelOperatorTests
{
    [Fact]
    public void Integers_add_up_divide_towards_zero_and_never_wrap() => CelTable.Holds("""
        40 + 2 → int 42
        2 - 5 → int -3
        6 * 7 → int 42
        7 / 2 → int 3
        -7 / 2 → int -3
        7 % 3 → int 1
        -7 % 3 → int -1
        7 % -3 → int 1
        -(3) → int -3
        --3 → int 3
        9223372036854775807 + 1 → error Overflow
        -9223372036854775808 - 1 → error Overflow
        9223372036854775807 * 2 → error Overflow
        -9223372036854775808 * -1 → error Overflow
        -9223372036854775808 / -1 → error Overflow
        -(-9223372036854775808) → error Overflow
        4611686018427387904 * 2 → error Overflow
        -4611686018427387904 * 2 → int -9223372036854775808
        5 / 0 → error DivisionByZero
        5 % 0 → error DivisionByZero
        3u + 4u → uint 7
        18446744073709551615u + 1u → error Overflow
        0u - 1u → error Overflow
        4294967296u * 4294967296u → error Overflow
        7u / 2u → uint 3
        7u % 0u → error DivisionByZero
        -(1u) → error NoSuchOverload
        1 + 1u → error NoSuchOverload
        1 + 1.0 → error NoSuchOverload
        1 + 'a' → error NoSuchOverload
        true + true → error NoSuchOverload
        null + null → error NoSuchOverload
        """, 32);

    [Fact]
    public void Doubles_follow_ieee() => CelTable.Holds("""
        1.5 + 2.25 → double 3.75
        1.0 / 0.0 → double Infinity
        -1.0 / 0.0 → double -Infinity
        0.0 / 0.0 → double NaN
        -(0.0) → double -0
        5.0 % 2.0 → error NoSuchOverload
        1e308 * 10.0 → double Infinity
        0.0 / 0.0 == 0.0 / 0.0 → bool false
        0.0 / 0.0 != 0.0 / 0.0 → bool true
        0.0 / 0.0 < 1.0 → bool false
        0.0 / 0.0 >= 1.0 → bool false
        -0.0 == 0.0 → bool true
        """, 12);

    [Fact]
    public void Operators_bind_as_tightly_as_the_language_says() => CelTable.Holds("""
        1 + 2 * 3 → int 7
        (1 + 2) * 3 → int 9
        10 - 4 - 3 → int 3
        100 / 10 / 5 → int 2
        2 * 3 % 4 → int 2
        -2 * -3 → int 6
        1 + 1 == 2 && 2 > 1 → bool true
        true || false && false → bool true
        (true || false) && false → bool false
        !true || true → bool true
        !(true || true) → bool false
        1 < 2 == true → bool true
        2 in [1, 2] == true → bool true
        true ? 1 : false ? 2 : 3 → int 1
        false ? 1 : false ? 2 : 3 → int 3
        false || true ? 'a' : 'b' → string a
        -[1, 2][1] → int -2
        !{'a': true}.a → bool false
        1 == 1 ? 2 + 3 : 4 → int 5
        [1, 2, 3].size() + 1 → int 4
        """, 20);

    [Fact]
    public void Numbers_of_all_kinds_stand_on_one_line() => CelTable.Holds("""
        1 == 1u → bool true
        1 == 1.0 → bool true
        1u == 1.0 → bool true
        1 == 1.5 → bool false
        -1 == 18446744073709551615u → bool false
        1 < 2u → bool true
        -1 < 0u → bool true
        2u > 1.5 → bool true
        1.5 < 2 → bool true
        2 <= 2.0 → bool true
        2u >= 2 → bool true
        9223372036854775807 < 9223372036854775808u → bool true
        9223372036854775807 < 9223372036854775808.0 → bool false
        9223372036854775807 < 1e19 → bool true
        -9223372036854775808 > -1e19 → bool true
        18446744073709551615u < 1e20 → bool true
        0u > -1e300 → bool true
        """, 17);

    [Fact]
    public void Equality_has_an_answer_for_everything() => CelTable.Holds("""
        1 == '1' → bool false
        1 != '1' → bool true
        true == 1 → bool false
        null == null → bool true
        null == false → bool false
        'a' == b'a' → bool false
        'a' == 'a' → bool true
        b'\x00' == b'\x00' → bool true
        [1, 2] == [1.0, 2u] → bool true
        [1, 2] == [2, 1] → bool false
        [1] == [1, 1] → bool false
        [[1], [2]] == [[1], [2]] → bool true
        {'a': 1, 'b': 2} == {'b': 2.0, 'a': 1u} → bool true
        {'a': 1} == {'a': 2} → bool false
        {'a': 1} == {'b': 1} → bool false
        {1: 'x'} == {1u: 'x'} → bool true
        {} == {} → bool true
        {} == [] → bool false
        int == int → bool true
        int == uint → bool false
        type(1) == int → bool true
        duration('60s') == duration('1m') → bool true
        timestamp('2026-01-01T01:00:00+01:00') == timestamp('2026-01-01T00:00:00Z') → bool true
        1/0 == 1 → error DivisionByZero
        """, 24);

    [Fact]
    public void Only_some_kinds_have_an_order() => CelTable.Holds("""
        'a' < 'b' → bool true
        'Z' < 'a' → bool true
        'a' < 'ab' → bool true
        '￿' < '😀' → bool true
        b'a' < b'b' → bool true
        false < true → bool true
        true <= true → bool true
        duration('1s') < duration('1m') → bool true
        timestamp(0) < timestamp(1) → bool true
        'a' < 1 → error NoSuchOverload
        [1] < [2] → error NoSuchOverload
        {} < {} → error NoSuchOverload
        null < null → error NoSuchOverload
        int < int → error NoSuchOverload
        true > 0 → error NoSuchOverload
        """, 15);

    [Fact]
    public void Logic_absorbs_what_fails_where_the_other_side_decides() => CelTable.Holds("""
        true && false → bool false
        false && 1/0 > 0 → bool false
        1/0 > 0 && false → bool false
        true && 1/0 > 0 → error DivisionByZero
        1/0 > 0 && true → error DivisionByZero
        true || 1/0 > 0 → bool true
        1/0 > 0 || true → bool true
        false || 1/0 > 0 → error DivisionByZero
        1/0 > 0 || false → error DivisionByZero
        1/0 > 0 || 1%0 > 0 || true → bool true
        1/0 > 0 && 1%0 > 0 && false → bool false
        1 && false → bool false
        false && 'a' → bool false
        'a' || true → bool true
        1 && true → error NoSuchOverload
        'a' || 'b' → error NoSuchOverload
        nothing || true → bool true
        nothing && false → bool false
        nothing || false → error UndeclaredName
        unknown(1) || true → bool true
        unknown(1) → error UnknownFunction
        !1 → error NoSuchOverload
        !(1/0 > 0) → error DivisionByZero
        true ? 1 : 1/0 → int 1
        false ? 1/0 : 2 → int 2
        1/0 > 0 ? 1 : 2 → error DivisionByZero
        1 ? 2 : 3 → error NoSuchOverload
        """, 27);

    [Fact]
    public void Lists_and_maps_are_built_indexed_and_searched() => CelTable.Holds("""
        [] → list []
        [1, 'a', null] → list [1,"a",null]
        [1, 2,] → list [1,2]
        {} → map {}
        {'a': 1, 2: true,} → map {"a":1,"2":true}
        [1] + [2, 3] → list [1,2,3]
        [] + [] → list []
        [5, 6, 7][0] → int 5
        [5, 6, 7][2u] → int 7
        [5, 6, 7][1.0] → int 6
        [5, 6, 7][1.5] → error InvalidArgument
        [5, 6, 7][3] → error IndexOutOfRange
        [5, 6, 7][-1] → error IndexOutOfRange
        [5]['a'] → error InvalidArgument
        {'a': 1}['a'] → int 1
        {'a': 1}.a → int 1
        {'a': 1}['b'] → error NoSuchKey
        {'a': 1}.b → error NoSuchKey
        {1: 'x'}[1u] → string x
        {1u: 'x'}[1.0] → string x
        {1: 'x'}[1.5] → error NoSuchKey
        {true: 'x'}[true] → string x
        {'a': 1}[b'a'] → error NoSuchKey
        {'a-b': 1}.`a-b` → int 1
        {1: 1, 1u: 2} → error DuplicateKey
        {'a': 1, 'a': 2} → error DuplicateKey
        {1.0: 1} → error UnsupportedKey
        {null: 1} → error UnsupportedKey
        1[0] → error NoSuchOverload
        'abc'[0] → error NoSuchOverload
        1 in [1, 2] → bool true
        1.0 in [1, 2] → bool true
        '1' in [1, 2] → bool false
        3 in [] → bool false
        'a' in {'a': 1} → bool true
        1 in {'a': 1} → bool false
        1u in {1: 1} → bool true
        1 in 1 → error NoSuchOverload
        'a' in 'abc' → error NoSuchOverload
        [1, 1/0] → error DivisionByZero
        {'a': 1/0} → error DivisionByZero
        {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 'x': 9}[8.0] → int 8
        {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 'x': 9}.x → int 9
        {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 8u: 9} → error DuplicateKey
        """, 44);

    [Fact]
    public void A_name_beside_a_constant_answers_as_any_other_two() => CelTable.Holds("""
        s == 'abc' → bool true
        'abc' == s → bool true
        s != 'abc' → bool false
        s == 'abd' → bool false
        s == 1 → bool false
        1 != s → bool true
        i == 5 → bool true
        5 != i → bool false
        i == 5.0 → bool true
        d == 5 → bool true
        u == 5 → bool true
        i == '5' → bool false
        i > 4 → bool true
        i >= 6 → bool false
        i < 5 → bool false
        i <= 5 → bool true
        i > 4.5 → bool true
        d > 4.5 → bool true
        d >= 5.0 → bool true
        d < 5.0 → bool false
        d <= 4.9 → bool false
        d > 4 → bool true
        u > 4 → bool true
        s > 4 → error NoSuchOverload
        s > 4.5 → error NoSuchOverload
        n < 1.0 → bool false
        n >= 1.0 → bool false
        n == 1 → bool false
        s.startsWith('ab') → bool true
        s.endsWith('bc') → bool true
        s.startsWith('bc') → bool false
        s.endsWith('ab') → bool false
        i.startsWith('5') → error NoSuchOverload
        """, 33, CelTable.Bind("s", "\"abc\""), CelTable.Bind("i", "5"), CelTable.Bind("d", "5.0"),
        CelTable.Bind("u:uint", "5"), CelTable.Bind("n:double", "\"NaN\""));
}
