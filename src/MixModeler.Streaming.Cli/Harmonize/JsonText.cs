using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MixModeler.Streaming.Cli.Harmonize;

/// <summary>JSON that is taken as it is.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class JsonText : JsonSerializerContext
{
    public static JsonTypeInfo<JsonElement> Element => Default.JsonElement;
}
