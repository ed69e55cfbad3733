using System.Globalization;
using MixModeler.Streaming.Score.Cel;

namespace MixModeler.Streaming.Topology.Operators;

/// <summary>Values as they are written in topologies and tables.</summary>
internal static class FieldText
{
    /// <summary>The types a field can be declared with here.</summary>
    public static string[] Types { get; } = ["string", "int", "double", "bool"];

    public static CelType? TypeOf(string word) => word switch
    {
        "string" => CelType.String,
        "int" => CelType.Int,
        "double" => CelType.Double,
        "bool" => CelType.Bool,
        _ => null,
    };

    public static bool TryParse(string text, CelType type, out CelValue value)
    {
        value = CelValue.Of(text);
        switch (type.Kind)
        {
            case CelKind.String:
                return true;
            case CelKind.Int when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number):
                value = CelValue.Of(number);
                return true;
            case CelKind.Double when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number):
                value = CelValue.Of(number);
                return true;
            case CelKind.Bool when text is "true" or "false":
                value = CelValue.Of(text == "true");
                return true;
            default:
                return false;
        }
    }
}
