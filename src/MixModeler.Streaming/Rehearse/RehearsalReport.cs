using System.Collections.Immutable;
using MixModeler.Streaming.Topology;

namespace MixModeler.Streaming.Rehearse;

/// <summary>What came of all tests.</summary>
/// <param name="Tests">In the order in which they ran.</param>
/// <param name="Invalid">What is wrong with topologies and test files themselves; then some tests did not run.</param>
public sealed record RehearsalReport(ImmutableArray<RehearsedTest> Tests, ImmutableArray<Problem> Invalid)
{
    public int Passed => Tests.Count(test => test.Passed);

    public int Failed => Tests.Length - Passed;

    public bool IsValid => Invalid.IsEmpty;

    /// <summary>For people: a line a test, with what is not true below it, and the sum.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (RehearsedTest test in Tests)
        {
            string deaths = test.Deaths switch
            {
                0 => "",
                1 => " (1 crash)",
                _ => FormattableString.Invariant($" ({test.Deaths} crashes)"),
            };
            yield return $"{(test.Passed ? "passed" : "FAILED")}  {test.Topology}: {test.Name}{deaths}";
            foreach (Problem problem in test.Problems)
            {
                yield return $"        {problem}";
            }
        }

        string files = IsValid ? "" : FormattableString.Invariant($"; {Invalid.Length} problems in the files");
        yield return FormattableString.Invariant($"{Passed} passed, {Failed} failed{files}");
    }
}

/// <summary>One test that ran.</summary>
/// <param name="Topology">Name of the topology's folder.</param>
/// <param name="Name">What should be true.</param>
/// <param name="File">Where it is written.</param>
/// <param name="Problems">What is not true, at the place of each expectation.</param>
/// <param name="Deaths">How many times a task died and was acquired again.</param>
public sealed record RehearsedTest(string Topology, string Name, string File, ImmutableArray<Problem> Problems, int Deaths)
{
    public bool Passed => Problems.IsEmpty;
}

/// <summary>How to run tests.</summary>
/// <param name="Environment">Of topologies whose tests name none; null for none.</param>
/// <param name="WithFailures">Runs each test again with a crash before, and one after, every commit.</param>
/// <param name="Accepts">Writes expected.jsonl anew instead of holding the run against it.</param>
public sealed record RehearsalOptions(string? Environment = null, bool WithFailures = false, bool Accepts = false);
