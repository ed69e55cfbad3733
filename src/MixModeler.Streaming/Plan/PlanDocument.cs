using System.Text.Json;
using System.Text.Json.Serialization;

namespace MixModeler.Streaming.Plan;

/// <summary>A plan as JSON, in both directions: what `plan solve --json` prints is what `plan compare`, `plan track` and a warm start read.</summary>
public static class PlanDocument
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static byte[] ToJson(PlanResult plan) => JsonSerializer.SerializeToUtf8Bytes(plan, Form);

    /// <param name="utf8">What <see cref="ToJson"/> wrote.</param>
    /// <param name="problem">A sentence without a file's name, or null.</param>
    public static PlanResult? FromJson(byte[] utf8, out string? problem)
    {
        problem = null;
        try
        {
            PlanResult? plan = JsonSerializer.Deserialize<PlanResult>(utf8, Form);
            if (plan is not null && plan.Spend.Length == plan.Channels.Length && plan.ByChannel.Length == plan.Channels.Length
                && plan.Weeks.All(week => week.Spend.Length == plan.Channels.Length && week.Revenue.Length == plan.Channels.Length))
            {
                return plan;
            }

            problem = "1:1: this is no plan: its lists are not of one length";
        }
        catch (JsonException malformed)
        {
            string sentence = malformed.Message.Split(" Path:", 2)[0].Split(" LineNumber:", 2)[0];
            problem = $"{(malformed.LineNumber ?? 0) + 1}:{(malformed.BytePositionInLine ?? 0) + 1}: this is no plan that `plan solve --json` printed: {sentence}";
        }

        return null;
    }
}
