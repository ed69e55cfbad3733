using System.Globalization;

namespace MixModeler.Streaming.Plan.Draw;

/// <summary>From numbers to pixels, with ticks at round numbers (steps of 1, 2 or 5 times a power of ten).</summary>
internal sealed class Axis
{
    private readonly double fromPixel;
    private readonly double toPixel;

    public Axis(double least, double most, double fromPixel, double toPixel, int ticks = 5)
    {
        if (!(most > least))
        {
            most = least + Math.Max(1, Math.Abs(least));
        }

        double rough = (most - least) / ticks;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = new[] { 1.0, 2, 5, 10 }.First(each => each * power >= rough * (1 - 1e-9)) * power;
        Least = Math.Floor((least / step) + 1e-9) * step;
        Most = Math.Ceiling((most / step) - 1e-9) * step;
        Ticks = [.. Enumerable.Range(0, 1 + (int)Math.Round((Most - Least) / step)).Select(i => Least + (i * step))];
        this.fromPixel = fromPixel;
        this.toPixel = toPixel;
    }

    public double Least { get; }

    public double Most { get; }

    public double[] Ticks { get; }

    public double At(double number) => fromPixel + ((number - Least) / (Most - Least) * (toPixel - fromPixel));

    /// <summary>Short: 1.2 k, 3 M.</summary>
    public static string Label(double number)
    {
        double size = Math.Abs(number);
        (double divisor, string unit) = size switch
        {
            >= 1e9 => (1e9, " G"),
            >= 1e6 => (1e6, " M"),
            >= 1e4 => (1e3, " k"),
            _ => (1, ""),
        };
        double shown = number / divisor;
        return shown.ToString(size != 0 && size < 1e-3 ? "0.#e+0" : "0.###", CultureInfo.InvariantCulture) + unit;
    }
}
