using System.Globalization;

namespace MixModeler.Streaming.Topology;

/// <summary>Which numbers a member takes, and how to say so.</summary>
internal readonly record struct NumberRange(double Min, bool IncludesMin, double Max, bool IncludesMax)
{
    public static NumberRange Inclusive(double min, double max) => new(min, true, max, true);

    public static NumberRange Any => Inclusive(double.MinValue, double.MaxValue);

    public bool Contains(double number) =>
        (IncludesMin ? number >= Min : number > Min) && (IncludesMax ? number <= Max : number < Max);

    // Towards a side without a bound of its own nothing but infinity is left out, which no file can hold.
    public override string ToString()
    {
        string from = string.Create(CultureInfo.InvariantCulture, $"{(IncludesMin ? "from" : "above")} {Min}");
        string to = string.Create(CultureInfo.InvariantCulture, $"{(IncludesMax ? "to" : "and below")} {Max}");
        return this == Any ? "(finite)" : Max == double.MaxValue ? (IncludesMin ? $"{from} on" : from) : $"{from} {to}";
    }
}
