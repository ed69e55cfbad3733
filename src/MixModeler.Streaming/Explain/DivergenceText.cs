using System.Globalization;
using System.Text;

namespace MixModeler.Streaming.Explain;

/// <summary>A comparison of two versions for people.</summary>
public static class DivergenceText
{
    private const int ExamplesShown = 5;

    /// <param name="report">What was found.</param>
    /// <param name="what">What was compared: begins the first line.</param>
    public static string Of(DivergenceReport report, string what)
    {
        ArgumentNullException.ThrowIfNull(report);
        CultureInfo plain = CultureInfo.InvariantCulture;
        StringBuilder text = new();
        text.AppendLine(plain, $"{what}: {(report.IsEmpty ? "no difference" : "they differ")}");
        foreach ((string kind, OutputDivergence o) in report.Outputs)
        {
            text.AppendLine(plain, $"  {kind,-12} {o.Left,10:N0} and {o.Right,10:N0}; {o.Same:N0} the same, {o.Different:N0} different, {o.OnlyLeft:N0} only left, {o.OnlyRight:N0} only right");
        }

        foreach ((string reason, ReasonDivergence counts) in report.DeadLetters.Where(r => r.Value.Left != r.Value.Right))
        {
            text.AppendLine(plain, $"  dead letters {reason}: {counts.Left:N0} and {counts.Right:N0}");
        }

        foreach (FeatureDivergence f in report.Features.Where(f => f.Different > 0))
        {
            text.AppendLine(plain, $"  feature {f.Feature}: differs for {f.VisitorShare:P1} of visitors, by at most {f.DifferenceMax:0.###}{(f.NeverOnOneSide > 0 ? $", never on one side {f.NeverOnOneSide:N0} times" : "")}");
        }

        Names(text, "only left", report.FeaturesOnlyLeft);
        Names(text, "only right", report.FeaturesOnlyRight);
        string correlation = report.Scores.Correlation is { } r ? r.ToString("0.0000", plain) : "without value";
        text.AppendLine(plain, $"  scores: {report.Scores.Different:N0} of {report.Scores.Pairs:N0} differ, on average by {report.Scores.DifferenceMean:0.######}, at most by {report.Scores.DifferenceMax:0.######}; correlation {correlation}");
        foreach (ScopeDivergence scope in report.Decisions)
        {
            text.AppendLine(plain, $"  scope {scope.Scope}: {scope.Different:N0} of {scope.Visitors:N0} visitors ({scope.Share:P1}) would get another experience");
            foreach (ExperienceMove move in scope.Moves.Where(m => m.From != m.To))
            {
                text.AppendLine(plain, $"    {move.From} → {move.To}: {move.Visitors:N0}");
            }
        }

        if (report.VisitorShare < 1)
        {
            text.AppendLine(plain, $"  shares of visitors are those of a sample of {report.VisitorShare:P2}");
        }

        if (report.GivenUp + report.Unreadable > 0)
        {
            text.AppendLine(plain, $"  not compared: {report.GivenUp:N0} outputs without room, {report.Unreadable:N0} unreadable");
        }

        foreach (string example in report.Examples.Take(ExamplesShown))
        {
            text.AppendLine(plain, $"  e.g. {example}");
        }

        return text.ToString().TrimEnd();
    }

    private static void Names(StringBuilder text, string side, string[] names)
    {
        if (names.Length > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  features {side}: {string.Join(", ", names)}");
        }
    }
}
