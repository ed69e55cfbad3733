using System.Text.Json;

namespace MixModeler.Streaming.Plan.Draw;

/// <summary>Pictures of what the commands print as JSON.</summary>
public static class Plot
{
    public static readonly IReadOnlyList<string> Kinds = ["response", "plan", "adstock", "contributions", "effects", "attribution"];

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="utf8">JSON of a command.</param>
    /// <param name="problem">A sentence where there is no picture; with `line:column:` where the JSON is none.</param>
    /// <returns>SVG, or null.</returns>
    public static string? Of(string kind, byte[] utf8, out string? problem)
    {
        problem = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8);
            JsonElement root = document.RootElement;
            return kind switch
            {
                "response" => ResponsePlot.Draw(root, out problem),
                "plan" => BarPlot.DrawPlan(root, out problem),
                "adstock" => LinePlot.DrawAdstock(root, out problem),
                "contributions" => LinePlot.DrawContributions(root, out problem),
                "effects" => LinePlot.DrawEffects(root, out problem),
                "attribution" => BarPlot.DrawAttribution(root, out problem),
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such picture"),
            };
        }
        catch (JsonException malformed)
        {
            problem = $"{(malformed.LineNumber ?? 0) + 1}:{(malformed.BytePositionInLine ?? 0) + 1}: this is no JSON";
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            // A member of another kind than the commands print.
            problem = $"1:1: this is no output of a command that can be drawn as '{kind}'";
            return null;
        }
    }
}
