namespace MixModeler.Streaming.Rehearse;

/// <summary>
/// Decides at which commits a task dies. A commit that is repeated after its task died goes through, so that the work comes to
/// an end however often it is interrupted.
/// </summary>
internal sealed class FailurePlan(IReadOnlyList<FailurePoint> points)
{
    private readonly HashSet<(FailurePoint Point, string Task, long NextOffset)> met = [];
    private readonly HashSet<FailurePoint> come = [];
    private readonly Dictionary<int, long> offsetOfEvent = [];

    public static FailurePlan None => new([]);

    /// <summary>Points that the run never reached.</summary>
    public IEnumerable<FailurePoint> Missed => points.Where(point => !come.Contains(point));

    /// <summary>Tells where an event stands in the log.</summary>
    public void Enter(int number, long offset) => offsetOfEvent[number] = offset;

    /// <summary>Whether an event is delivered a second time.</summary>
    public bool IsDoubled(int number)
    {
        FailurePoint? point = points.FirstOrDefault(point => point.Kind == FailureKind.DuplicateDelivery && (point.After == 0 || point.After == number));
        if (point is null)
        {
            return false;
        }

        come.Add(point);
        return true;
    }

    public bool Dies(FailureKind kind, string task, bool readsEvents, long firstOffset, long nextOffset)
    {
        foreach (FailurePoint point in points.Where(point => point.Kind == kind))
        {
            bool isHere = point.After == 0
                || (readsEvents && offsetOfEvent.TryGetValue(point.After, out long offset) && offset >= firstOffset && offset < nextOffset);
            // One event dies once; with every commit, each commit of each task does.
            if (isHere && met.Add((point, point.After == 0 ? task : "", point.After == 0 ? nextOffset : 0)))
            {
                come.Add(point);
                return true;
            }
        }

        return false;
    }
}
