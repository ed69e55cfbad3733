namespace MixModeler.Streaming.Topology;

/// <summary>Collects the problems of a topology's files, so that all of them are shown together.</summary>
internal sealed class ProblemList
{
    // Nobody reads more, and a file that is something else entirely must not produce a megabyte of complaints.
    private const int ProblemsMax = 100;

    private readonly List<Problem> problems;
    private readonly List<string> files;

    public ProblemList(string file)
        : this(file, [], [])
    {
    }

    private ProblemList(string file, List<Problem> problems, List<string> files)
    {
        File = file;
        this.problems = problems;
        this.files = files;
        if (!files.Contains(file))
        {
            files.Add(file);
        }
    }

    /// <summary>Problems with a line and a column alone are in this file.</summary>
    public string File { get; }

    public bool IsEmpty => problems.Count == 0;

    public int Count => problems.Count;

    /// <summary>Further problems are not kept: to search for what was meant is not worth its time.</summary>
    public bool IsFull => problems.Count >= ProblemsMax;

    /// <summary>The same list, for another file of the topology.</summary>
    public ProblemList In(string file) => new(file, problems, files);

    public void Add(YamlNode node, string message) => Add(node.Place, message);

    public void Add(int line, int column, string message) => Add(new Place(File, line, column), message);

    public void Add(Place place, string message)
    {
        Problem problem = new(place.File, Math.Max(1, place.Line), Math.Max(1, place.Column), message);
        // One mistake can be met twice, e.g. in what two environments share.
        if (problems.Count < ProblemsMax && !problems.Contains(problem))
        {
            problems.Add(problem);
        }
    }

    /// <summary>What is new in another list, said to be met only there.</summary>
    public void AddAll(ProblemList others, string where)
    {
        foreach (Problem problem in others.problems.Except(problems).ToArray())
        {
            Add(new Place(problem.File, problem.Line, problem.Column), problem.Message + where);
        }
    }

    /// <summary>File by file, each in its order; several at one place stay as they were found.</summary>
    public IReadOnlyList<Problem> InOrder() =>
    [
        .. problems.OrderBy(problem => files.IndexOf(problem.File)).ThenBy(problem => problem.Line).ThenBy(problem => problem.Column),
    ];
}
