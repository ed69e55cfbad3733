namespace MixModeler.Streaming.Topology;

/// <summary>Collects the problems of one file, so that all of them are shown together.</summary>
internal sealed class ProblemList(string file)
{
    // Nobody reads more, and a file that is something else entirely must not produce a megabyte of complaints.
    private const int ProblemsMax = 100;

    private readonly List<Problem> problems = [];

    public string File { get; } = file;

    public bool IsEmpty => problems.Count == 0;

    public void Add(YamlNode node, string message) => Add(node.Line, node.Column, message);

    public void Add(int line, int column, string message)
    {
        if (problems.Count < ProblemsMax)
        {
            problems.Add(new Problem(File, Math.Max(1, line), Math.Max(1, column), message));
        }
    }

    /// <summary>In the order of the file; several at one place stay as they were found.</summary>
    public IReadOnlyList<Problem> InOrder() => [.. problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];
}
