using System.Text;
using System.Text.Json;
using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

public class ScoreDocumentTests
{
    [Fact]
    public void A_score_has_the_names_of_Attribution_AI()
    {
        ChannelNames channels = new();
        PathAttributor attributor = new(new AttributorOptions(), new TouchEffects([0.5, 0.2, 0, 0], 2, 7));
        attributor.Touch("ada", "t1", At("2026-03-01T10:00:00Z"), channels.Intern("email"));
        attributor.Touch("ada", "t2", At("2026-03-09T10:00:00Z"), channels.Intern("display"));
        attributor.Conversion("ada", "order-1", At("2026-03-09T22:00:00Z"), 49.5);

        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            ScoreDocument.Write(json, attributor.Changes[^1], channels, new ScoreLabels("Orders", "ecid"), At("2026-03-09T22:00:01Z"));
        }

        using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        JsonElement root = document.RootElement;
        JsonElement conversion = root.GetProperty("conversion");
        JsonElement first = root.GetProperty("touchpointsDetail")[0];
        JsonElement scores = first.GetProperty("scores");
        Assert.Equal(("Orders", "Orders", 1, false), (Text(root, "conversionName"), Text(root, "segmentation"),
            root.GetProperty("revision").GetInt32(), root.GetProperty("retracted").GetBoolean()));
        Assert.Equal("ada", root.GetProperty("customerProfile").GetProperty("identity").GetProperty("id").GetString());
        Assert.Equal(("email > display", 2, 8), (Text(conversion, "path"), conversion.GetProperty("totalTouchpointCount").GetInt32(),
            conversion.GetProperty("totalDaysToConversion").GetInt32()));
        Assert.Equal(("email", "starter", 8, 2), (Text(first, "touchpointName"), Text(first, "position"),
            first.GetProperty("lag").GetInt32(), first.GetProperty("touchpointCountToConversion").GetInt32()));

        // The mail was in its second week: e^0.2 with it, 1 without.
        Assert.Equal(1 - Math.Exp(-0.2), scores.GetProperty("algorithmicSourced").GetDouble(), 1e-12);
        Assert.Equal(1, scores.GetProperty("algorithmicInfluenced").GetDouble(), 1e-12);
        Assert.Equal(Math.Exp(-0.2), root.GetProperty("baseline").GetDouble(), 1e-12);
        Assert.Equal(["algorithmicInfluenced", "algorithmicSourced", "decayUnits", "firstTouch", "lastTouch", "linear", "uShape"],
            scores.EnumerateObject().Select(member => member.Name));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static long At(string moment) => DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
