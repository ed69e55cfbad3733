using System.Text.Json.Nodes;

namespace MixModeler.Streaming.Plan;

/// <summary>
/// Copies a problem under a new name, by wish onto the curves of another model: details and constraints stay, constraints of channels
/// that the other model lacks go, channels that are new get a least of 0 and the budget as their most.
/// </summary>
public static class PlanDuplicate
{
    // What belongs to the model and not to the plan.
    private static readonly string[] OfModel =
        ["channels", "beta", "half_saturation", "slope", "curves", "curves_spend_outcome", "draws", "conversions", "revenue_per_conversion", "baseline", "adstock", "history"];

    private static readonly string[] ByChannel = ["lower", "upper", "costs", "current_spend", "current"];

    /// <param name="problem">JSON of the problem to copy; both are known to be problems.</param>
    /// <param name="model">JSON of a problem with the other model's curves, or null for the same ones.</param>
    /// <param name="oldChannels">Channels of the first.</param>
    /// <param name="newChannels">Channels of the second.</param>
    /// <param name="name">Of the copy.</param>
    public static string Of(string problem, string? model, string[] oldChannels, string[] newChannels, string name)
    {
        ArgumentNullException.ThrowIfNull(oldChannels);
        ArgumentNullException.ThrowIfNull(newChannels);
        JsonObject copy = JsonNode.Parse(problem)!.AsObject();
        copy["name"] = name;
        if (model is not null)
        {
            JsonObject other = JsonNode.Parse(model)!.AsObject();
            foreach (string member in OfModel)
            {
                copy.Remove(member);
                if (other[member] is { } value)
                {
                    copy[member] = value.DeepClone();
                }
            }

            copy["channels"] = new JsonArray([.. newChannels.Select(channel => (JsonNode)channel)]);
            Rebind(copy, other, oldChannels, newChannels);
        }

        return copy.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    private static void Rebind(JsonObject copy, JsonObject other, string[] oldChannels, string[] newChannels)
    {
        double? budget = copy["budget"]?.GetValue<double>();
        foreach (JsonObject scope in (JsonObject[])[copy, .. copy["periods"]?.AsArray().Select(period => period!.AsObject()) ?? []])
        {
            double most = scope["budget"]?.GetValue<double>() ?? budget ?? double.MaxValue;
            foreach (string member in ByChannel.Where(member => scope[member] is not null))
            {
                JsonNode values = scope[member]!;
                scope[member] = new JsonArray([.. newChannels.Select((channel, c) =>
                    Of(values, oldChannels, channel)?.DeepClone() ?? Fresh(member, most, other, newChannels, c))]);
            }
        }

        KeepKnown(copy, "groups", "channels", oldChannels, newChannels);
        KeepKnown(copy, "constraints", "weights", oldChannels, newChannels);
    }

    private static JsonNode? Of(JsonNode values, string[] channels, string channel)
    {
        int at = Array.IndexOf(channels, channel);
        return values is JsonObject named ? named[channel] : at < 0 ? null : values.AsArray()[at];
    }

    // What the other model says of its channel itself, else no bound at all.
    private static JsonNode Fresh(string member, double most, JsonObject other, string[] channels, int c)
    {
        JsonNode? own = member is "costs" or "current_spend" or "current" && other[member] is { } values ? Of(values, channels, channels[c]) : null;
        return own?.DeepClone() ?? (JsonNode)(member switch { "upper" => most, "costs" => 1.0, _ => 0.0 });
    }

    private static void KeepKnown(JsonObject copy, string key, string member, string[] oldChannels, string[] newChannels)
    {
        if (copy[key] is not JsonArray rows)
        {
            return;
        }

        JsonArray kept = [];
        foreach (JsonObject row in rows.Select(row => row!.DeepClone().AsObject()))
        {
            string[] names = row[member] switch
            {
                JsonObject named => [.. named.Select(each => each.Key)],
                JsonArray list when member == "channels" => [.. list.Select(each => each!.GetValue<string>())],
                JsonArray list => [.. oldChannels.Where((_, c) => list[c]!.GetValue<double>() != 0)],
                _ => [],
            };
            if (names.All(newChannels.Contains))
            {
                if (row[member] is JsonArray weights && member == "weights")
                {
                    row[member] = new JsonObject(names.Select(name =>
                        KeyValuePair.Create(name, weights[Array.IndexOf(oldChannels, name)]?.DeepClone())));
                }

                kept.Add(row);
            }
        }

        copy.Remove(key);
        if (kept.Count > 0)
        {
            copy[key] = kept;
        }
    }
}
