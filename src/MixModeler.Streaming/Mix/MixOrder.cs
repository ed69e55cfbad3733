using System.Globalization;
using System.Text.Json;
using MixModeler.Streaming.Topology.Mixes;

namespace MixModeler.Streaming.Mix;

/// <summary>Something that is asked of a model: a record of the topic of orders.</summary>
/// <param name="Mix">Of which model.</param>
/// <param name="LiftId">Names an experiment; one with the same name takes its place.</param>
/// <param name="Lift">What the experiment measured; null with a name takes it away.</param>
/// <param name="IsTrain">Whether the training window changes, to <paramref name="From"/> and <paramref name="To"/>.</param>
/// <param name="From">First day; null goes by the topology.</param>
/// <param name="To">Last day; null goes by the topology.</param>
/// <param name="IsRescore">Whether everything is taken in again.</param>
public sealed record MixOrder(
    string Mix, string? LiftId = null, LiftTest? Lift = null, bool IsTrain = false, DateOnly? From = null, DateOnly? To = null, bool IsRescore = false)
{
    private const int TextMax = 256;
    private const int TrainDaysMin = 365;
    private static readonly string[] Members = ["mix", "lift", "removeLift", "train", "rescore"];
    private static readonly string[] LiftMembers = ["id", "channel", "from", "to", "measuredTo", "media", "lift", "error", "region"];
    private static readonly string[] TrainMembers = ["from", "to"];

    /// <summary>
    /// Reads `{"mix", "lift": {"id", "channel", "from", "to", "measuredTo", "media", "lift", "error", "region"}}`, `{"mix", "removeLift": ID}`,
    /// `{"mix", "train": {"from", "to"}}` or `{"mix", "rescore": true}`.
    /// </summary>
    /// <returns>An order, or the sentence that says what is wrong.</returns>
    public static (MixOrder? Order, string Problem) Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return (Read(document.RootElement), "");
        }
        catch (JsonException malformed)
        {
            return (null, $"this is no order in JSON: {malformed.Message}");
        }
        catch (FormatException wrong)
        {
            return (null, wrong.Message);
        }
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("mix", Mix);
        if (Lift is { } lift)
        {
            json.WriteStartObject("lift");
            json.WriteString("id", LiftId);
            json.WriteString("channel", lift.Channel);
            json.WriteString("from", Text(lift.From));
            json.WriteString("to", Text(lift.To));
            json.WriteString("measuredTo", Text(lift.MeasuredTo));
            json.WriteNumber("media", lift.MediaDelta);
            json.WriteNumber("lift", lift.Lift);
            json.WriteNumber("error", lift.StandardError);
            if (lift.Region is { } region)
            {
                json.WriteString("region", region);
            }

            json.WriteEndObject();
        }
        else if (LiftId is not null)
        {
            json.WriteString("removeLift", LiftId);
        }

        if (IsTrain)
        {
            json.WriteStartObject("train");
            WriteDay(json, "from", From);
            WriteDay(json, "to", To);
            json.WriteEndObject();
        }

        if (IsRescore)
        {
            json.WriteBoolean("rescore", true);
        }

        json.WriteEndObject();
    }

    private static MixOrder Read(JsonElement root)
    {
        Known(root, "an order", Members);
        string mix = TextOf(root, "mix");
        string[] asked = [.. root.EnumerateObject().Select(each => each.Name).Where(name => name != "mix").Distinct()];
        return asked switch
        {
            ["lift"] => ReadLift(mix, root.GetProperty("lift")),
            ["removeLift"] => new MixOrder(mix, LiftId: TextOf(root, "removeLift")),
            ["train"] => ReadTrain(mix, root.GetProperty("train")),
            ["rescore"] when root.GetProperty("rescore").ValueKind == JsonValueKind.True => new MixOrder(mix, IsRescore: true),
            _ => throw new FormatException("an order asks for one of lift, removeLift, train, or \"rescore\": true"),
        };
    }

    private static MixOrder ReadLift(string mix, JsonElement lift)
    {
        Known(lift, "'lift'", LiftMembers);
        DateOnly from = Day(lift, "from") ?? throw new FormatException("'from' is missing: the first day of the first changed period");
        DateOnly to = Day(lift, "to") ?? from;
        DateOnly measured = Day(lift, "measuredTo") ?? to;
        double error = Number(lift, "error");
        if (to < from || measured < to)
        {
            throw new FormatException("a lift test goes from 'from' to 'to', and is measured until then or later");
        }

        string? region = lift.TryGetProperty("region", out _) ? TextOf(lift, "region") : null;
        LiftTest test = new(TextOf(lift, "channel"), from, to, measured, Number(lift, "media"), Number(lift, "lift"), error) { Region = region };
        return error > 0
            ? new MixOrder(mix, TextOf(lift, "id"), test)
            : throw new FormatException("'error', the standard error of the lift, is above 0");
    }

    private static MixOrder ReadTrain(string mix, JsonElement train)
    {
        Known(train, "'train'", TrainMembers);
        (DateOnly? from, DateOnly? to) = (Day(train, "from"), Day(train, "to"));
        return from is { } first && to is { } last && last.DayNumber - first.DayNumber + 1 < TrainDaysMin
            ? throw new FormatException("a training window has a year or more: seasons cannot be learned from less")
            : new MixOrder(mix, IsTrain: true, From: from, To: to);
    }

    private static void Known(JsonElement element, string what, string[] members)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{what} is an object with {string.Join(", ", members)}");
        }

        if (element.EnumerateObject().FirstOrDefault(each => !members.Contains(each.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
        {
            throw new FormatException($"{what} has no '{unknown.Name}', it has {string.Join(", ", members)}");
        }
    }

    private static string TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 and <= TextMax } said
            ? said
            : throw new FormatException($"'{name}' is a text of 1 to {TextMax} characters");

    private static double Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement number) && number.ValueKind == JsonValueKind.Number && double.IsFinite(number.GetDouble())
            ? number.GetDouble()
            : throw new FormatException($"'{name}' is a number");

    private static DateOnly? Day(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out JsonElement day) || day.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return day.ValueKind == JsonValueKind.String
            && DateOnly.TryParseExact(day.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
            ? date
            : throw new FormatException($"'{name}' is a date such as 2024-03-25");
    }

    private static void WriteDay(Utf8JsonWriter json, string name, DateOnly? day)
    {
        if (day is { } date)
        {
            json.WriteString(name, Text(date));
        }
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
