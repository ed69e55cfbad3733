using System.Collections.Immutable;
using System.Text;
using MixModeler.Streaming.Wire;

namespace MixModeler.Streaming.Score;

/// <summary>
/// What a rule of a scope comes to: made once when the plan is compiled, with its texts as the bytes that answers are made of.
/// </summary>
public sealed class Outcome
{
    internal Outcome(string scope, string experience, string rule)
    {
        Scope = scope;
        Experience = experience;
        Rule = rule;
        ExperienceUtf8 = [.. Encoding.UTF8.GetBytes(experience)];
        RuleUtf8 = [.. Encoding.UTF8.GetBytes(rule)];
        ScopeJson = Json(scope);
        ExperienceJson = Json(experience);
        RuleJson = Json(rule);
    }

    public string Scope { get; }

    public string Experience { get; }

    /// <summary>The rule's name, or <see cref="DecisionPlan.OtherwiseRule"/> or <see cref="DecisionPlan.UnknownRule"/>.</summary>
    public string Rule { get; }

    public ImmutableArray<byte> ExperienceUtf8 { get; }

    public ImmutableArray<byte> RuleUtf8 { get; }

    /// <summary>As a JSON string, with its quotes.</summary>
    public ImmutableArray<byte> ScopeJson { get; }

    public ImmutableArray<byte> ExperienceJson { get; }

    public ImmutableArray<byte> RuleJson { get; }

    private static ImmutableArray<byte> Json(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] room = new byte[JsonBytes.EscapedBytesMax(utf8.Length)];
        return [.. room.AsSpan(0, JsonBytes.Text(room, utf8))];
    }
}
