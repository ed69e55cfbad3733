using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MixModeler.Streaming.Attribute;
using MixModeler.Streaming.Cli.Harmonize;

namespace MixModeler.Streaming.Cli;

/// <summary>Prints what `mixmodeler attribute` found, as a table or as JSON.</summary>
internal static class AttributeReport
{
    public static void Print(PathTable table, AttributeAsk ask, PathCredit credit, bool json)
    {
        if (json)
        {
            WriteJson(table, ask, credit);
            return;
        }

        bool hasIntervals = credit.Channels.Any(channel => channel.ConversionsInterval is not null);
        bool hasRemoval = ask.Model == "markov";
        List<string> headers = ["channel", "conversions", "share", "value"];
        headers.AddRange(hasRemoval ? ["removal effect"] : []);
        headers.AddRange(hasIntervals ? ["conversions from", "to", "value from", "to"] : []);
        ConsoleTable.Print(
            headers,
            credit.Channels.Select(channel => Cells(channel, table.Conversions, hasRemoval, hasIntervals)),
            [.. Enumerable.Range(1, headers.Count - 1)]);
        Console.WriteLine(Summary(table, ask, credit));
    }

    private static IEnumerable<string?> Cells(ChannelCredit channel, double conversions, bool hasRemoval, bool hasIntervals)
    {
        yield return channel.Channel;
        yield return Number(channel.Conversions);
        yield return conversions > 0 ? (channel.Conversions / conversions).ToString("0.0 %", CultureInfo.InvariantCulture) : "";
        yield return Number(channel.Value);
        if (hasRemoval)
        {
            yield return channel.RemovalEffect?.ToString("0.000000", CultureInfo.InvariantCulture);
        }

        if (hasIntervals)
        {
            yield return Number(channel.ConversionsInterval!.Value.Low);
            yield return Number(channel.ConversionsInterval.Value.High);
            yield return Number(channel.ValueInterval!.Value.Low);
            yield return Number(channel.ValueInterval.Value.High);
        }
    }

    private static string Summary(PathTable table, AttributeAsk ask, PathCredit credit)
    {
        double journeys = table.Conversions + table.Nulls;
        List<string> lines =
        [
            $"{table.Rows.Count} paths, {Number(table.Conversions)} conversions of {Number(journeys)} journeys, value {Number(table.Value)}.",
        ];
        foreach (OrderQuality quality in credit.Orders ?? [])
        {
            lines.Add($"order {quality.Order}: {quality.NatsPerStep.ToString("0.00000", CultureInfo.InvariantCulture)} nats a step, "
                + $"± {quality.StandardError.ToString("0.00000", CultureInfo.InvariantCulture)}{(quality.Order == credit.Order ? "  chosen" : "")}");
        }

        if (ask.Model == "decay")
        {
            lines.Add($"The age of a touch is its steps before the last one; it halves every {ask.HalfLife.ToString(CultureInfo.InvariantCulture)}.");
        }

        if (credit.ErrorMax > 0)
        {
            lines.Add($"Removal effects are right within {credit.ErrorMax.ToString("0.#e0", CultureInfo.InvariantCulture)}.");
        }

        return string.Join('\n', lines);
    }

    private static void WriteJson(PathTable table, AttributeAsk ask, PathCredit credit)
    {
        using Stream output = Console.OpenStandardOutput();
        using Utf8JsonWriter json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("model", ask.Model);
        if (credit.Order is { } order)
        {
            json.WriteNumber("order", order);
        }

        json.WriteNumber("conversions", table.Conversions);
        json.WriteNumber("value", table.Value);
        json.WriteNumber("nulls", table.Nulls);
        if (credit.Orders is { } orders)
        {
            json.WriteStartArray("orders");
            foreach (OrderQuality quality in orders)
            {
                json.WriteStartObject();
                json.WriteNumber("order", quality.Order);
                json.WriteNumber("natsPerStep", quality.NatsPerStep);
                json.WriteNumber("standardError", quality.StandardError);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("channels");
        foreach (ChannelCredit channel in credit.Channels)
        {
            WriteChannel(json, channel);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private static void WriteChannel(Utf8JsonWriter json, ChannelCredit channel)
    {
        json.WriteStartObject();
        json.WriteString("channel", channel.Channel);
        json.WriteNumber("conversions", channel.Conversions);
        json.WriteNumber("value", channel.Value);
        if (channel.RemovalEffect is { } effect)
        {
            json.WriteNumber("removalEffect", effect);
        }
        else
        {
            json.WriteNull("removalEffect");
        }

        WriteInterval(json, "conversionsInterval", channel.ConversionsInterval);
        WriteInterval(json, "valueInterval", channel.ValueInterval);
        json.WriteEndObject();
    }

    private static void WriteInterval(Utf8JsonWriter json, string name, CreditInterval? interval)
    {
        if (interval is not { } known)
        {
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("mean", known.Mean);
        json.WriteNumber("q05", known.Low);
        json.WriteNumber("q95", known.High);
        json.WriteEndObject();
    }

    private static string Number(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);
}
