namespace MixModeler.Streaming.Tests.Score.Cel;

public sealed class CelMacroTests
{
    [Fact]
    public void Macros_run_over_lists_and_the_keys_of_maps() => CelTable.Holds("""
        has({'a': 1}.a) → bool true
        has({'a': 1}.b) → bool false
        has({'a': {}}.a.b) → bool false
        has({'a': 1}.b.c) → error NoSuchKey
        has([1].a) → error NoSuchOverload
        has(1) → problem
        has({'a': 1}['a']) → problem
        [1, 2].all(x, x > 0) → bool true
        [1, -2].all(x, x > 0) → bool false
        [].all(x, x > 0) → bool true
        [1, 2].exists(x, x == 2) → bool true
        [].exists(x, true) → bool false
        [1, 2, 2].exists_one(x, x == 2) → bool false
        [1, 2].exists_one(x, x == 2) → bool true
        [].exists_one(x, true) → bool false
        [1, 2, 3].map(x, x * x) → list [1,4,9]
        [1, 2, 3].map(x, x > 1, x * 10) → list [20,30]
        [1, 2, 3].filter(x, x != 2) → list [1,3]
        {'a': 1, 'b': 2}.all(k, k in ['a', 'b']) → bool true
        {'a': 1, 'b': 2}.exists(k, k == 'b') → bool true
        {'a': 1, 'b': 2}.map(k, k + '!') → list ["a!","b!"]
        {'a': 1, 'b': 2}.filter(k, k > 'a') → list ["b"]
        [[1, 2], [3]].map(x, x.map(y, y + 1)) → list [[2,3],[4]]
        [1].map(x, [2].map(x, x)) → list [[2]]
        [1, 2].map(x, [10, 20].filter(y, y > x * 9)) → list [[10,20],[20]]
        [1].all(x, x == 1) && [2].all(x, x == 2) → bool true
        1.all(x, true) → error NoSuchOverload
        'abc'.exists(c, c == 'a') → error NoSuchOverload
        [1].all(1, true) → problem
        [1].all(x.y, true) → problem
        [1].all(x) → error UnknownFunction
        x.all(x, true) → error UndeclaredName
        [1].map(x, y) → error UndeclaredName
        """, 33);

    [Fact]
    public void All_and_exists_absorb_failures_and_the_others_do_not() => CelTable.Holds("""
        [1, 0].all(x, 1 / x > 5) → bool false
        [0, 1].all(x, 1 / x > 5) → bool false
        [0, 1].all(x, 1 / x > 0) → error DivisionByZero
        [0, 1].exists(x, 1 / x > 0) → bool true
        [0, 1].exists(x, 1 / x > 5) → error DivisionByZero
        [0, 1].exists_one(x, 1 / x > 0) → error DivisionByZero
        [0, 1].filter(x, 1 / x > 0) → error DivisionByZero
        [0, 1].map(x, 1 / x) → error DivisionByZero
        [1, 'a'].all(x, x == 1) → bool false
        [1, 'a'].exists(x, x.size() == 1) → bool true
        [1].all(x, x) → error NoSuchOverload
        [true, 1].all(x, x) → error NoSuchOverload
        [false, 1].all(x, x) → bool false
        [1].filter(x, 'a') → error NoSuchOverload
        """, 14);

    [Fact]
    public void A_name_in_a_macro_hides_the_one_outside_unless_a_dot_stands_in_front() => CelTable.Holds("""
        x → int 7
        .x → int 7
        [1].map(x, x) → list [1]
        [1].map(x, .x) → list [7]
        [1].map(y, x + y) → list [8]
        a.b → string whole
        a.b.size() → int 5
        [{'b': 2}].map(a, a.b) → list [2]
        """, 8, CelTable.Bind("x", "7"), CelTable.Bind("a.b", "\"whole\""));
}
