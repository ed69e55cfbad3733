using System.Globalization;
using System.Numerics;
using System.Text;
using MixModeler.Streaming.Harmonize;

namespace MixModeler.Streaming.Tests.Harmonize;

public class ExactAmountTests
{
    private static readonly BigInteger Limit = BigInteger.Pow(10, 27);

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0e5", "0")]
    [InlineData("0.1", "0.1")]
    [InlineData("+7", "7")]
    [InlineData("007.50", "7.5")]
    [InlineData("1e3", "1000")]
    [InlineData("1E-3", "0.001")]
    [InlineData("0.0000000000005", "0")]
    [InlineData("0.0000000000015", "0.000000000002")]
    [InlineData("0.0000000000025", "0.000000000002")]
    [InlineData("0.00000000000250000000000000000000000000000000001", "0.000000000003")]
    [InlineData("-0.0000000000015", "-0.000000000002")]
    [InlineData("999999999999999.999999999999", "999999999999999.999999999999")]
    [InlineData("1e-400", "0")]
    public void A_number_is_read_exactly_and_rounded_half_to_even_at_the_twelfth_decimal(string text, string expected)
    {
        Assert.True(ExactAmount.TryParse(Encoding.UTF8.GetBytes(text), out ExactAmount amount));
        Assert.Equal(expected, amount.ToString());
    }

    [Theory]
    [InlineData("1e15")]
    [InlineData("1000000000000000")]
    [InlineData("-1e15")]
    [InlineData("999999999999999.9999999999995")]
    [InlineData("1e308")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("1e999999999999999999")]
    public void What_is_not_finite_or_not_below_ten_to_the_fifteenth_is_out_of_range(string text) =>
        Assert.Equal(AmountFault.OutOfRange, ExactAmount.Parse(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1,000")]
    [InlineData("$5")]
    [InlineData("0x10")]
    [InlineData("1.2.3")]
    [InlineData("--1")]
    [InlineData(" 1")]
    [InlineData("١")]
    public void What_is_no_number_is_told_from_a_number_too_large(string text) =>
        Assert.Equal(AmountFault.NotANumber, ExactAmount.Parse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Any_text_of_a_number_reads_as_whole_numbers_of_any_size_say()
    {
        Random random = new(20_260_901);
        for (int round = 0; round < 30_000; round++)
        {
            string text = RandomNumber(random);
            BigInteger expected = Units(text);
            AmountFault fault = ExactAmount.Parse(Encoding.UTF8.GetBytes(text), out ExactAmount amount);
            Assert.True((fault == AmountFault.None) == (BigInteger.Abs(expected) < Limit), $"{text}: {fault}");
            Assert.True(fault != AmountFault.None || (BigInteger)amount.Units == expected, $"{text}: {amount.Units}, not {expected}");
        }
    }

    [Fact]
    public void Very_long_texts_are_read_to_their_end()
    {
        string zeros = new('0', 200_000);
        Assert.True(ExactAmount.TryParse(Encoding.UTF8.GetBytes($"{zeros}7"), out ExactAmount leading));
        Assert.Equal("7", leading.ToString());
        Assert.True(ExactAmount.TryParse(Encoding.UTF8.GetBytes($"1{zeros}e-200000"), out ExactAmount whole));
        Assert.Equal("1", whole.ToString());
        Assert.True(ExactAmount.TryParse(Encoding.UTF8.GetBytes($"0.{zeros}3e200001"), out ExactAmount part));
        Assert.Equal("3", part.ToString());
        Assert.True(ExactAmount.TryParse(Encoding.UTF8.GetBytes($"0.0000000000005{zeros}1"), out ExactAmount sticky));
        Assert.Equal("0.000000000001", sticky.ToString());
        Assert.False(ExactAmount.TryParse(Encoding.UTF8.GetBytes($"1{zeros}"), out _));
    }

    [Fact]
    public void Products_are_what_whole_numbers_of_any_size_say()
    {
        Random random = new(7);
        for (int round = 0; round < 20_000; round++)
        {
            BigInteger units = new BigInteger(random.NextDouble() * Math.Pow(10, random.Next(28))) * (random.Next(2) == 0 ? 1 : -1);
            decimal by = new(random.Next(), random.Next(), random.Next(3) == 0 ? random.Next() : 0, random.Next(2) == 0, (byte)random.Next(29));
            int[] bits = decimal.GetBits(by);
            BigInteger factor = ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0];
            BigInteger expected = Rounded(BigInteger.Abs(units) * factor, BigInteger.Pow(10, by.Scale)) * units.Sign * Math.Sign(by);
            if (BigInteger.Abs(units) >= Limit)
            {
                continue;
            }

            bool good = new ExactAmount((Int128)units).TryMultiply(by, out ExactAmount product);
            Assert.True(good == BigInteger.Abs(expected) < Limit, $"{units} * {by}");
            Assert.True(!good || (BigInteger)product.Units == expected, $"{units} * {by}: {product.Units}, not {expected}");
        }
    }

    [Fact]
    public void Sums_do_not_depend_on_the_order_and_come_apart_again()
    {
        Random random = new(3);
        ExactAmount[] amounts = [.. Enumerable.Range(0, 1_000).Select(_ => new ExactAmount(random.NextInt64() * (Int128)random.Next()))];
        ExactAmount sum = amounts.Aggregate(ExactAmount.Zero, (total, amount) => total + amount);
        Assert.Equal(sum, amounts.OrderBy(_ => random.Next()).Aggregate(ExactAmount.Zero, (total, amount) => total + amount));
        Assert.Equal(ExactAmount.Zero, amounts.Aggregate(sum, (total, amount) => total - amount));
    }

    private static string RandomNumber(Random random)
    {
        StringBuilder text = new(random.Next(3) == 0 ? "-" : "");
        text.Append(Digits(random, random.Next(1, 20)));
        if (random.Next(3) > 0)
        {
            text.Append('.').Append(Digits(random, random.Next(1, 30)));
        }

        return random.Next(3) == 0 ? text.Append(CultureInfo.InvariantCulture, $"e{random.Next(-45, 20)}").ToString() : text.ToString();
    }

    // Many zeros and fives, where rounding decides.
    private static string Digits(Random random, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => random.Next(3) switch { 0 => '0', 1 => '5', _ => (char)('0' + random.Next(10)) }));

    private static BigInteger Units(string text)
    {
        string[] parts = text.TrimStart('-').Split('e');
        string[] digits = parts[0].Split('.');
        string fraction = digits.Length > 1 ? digits[1] : "";
        int shift = 12 - fraction.Length + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        BigInteger all = BigInteger.Parse(digits[0] + fraction, CultureInfo.InvariantCulture);
        BigInteger units = shift >= 0 ? all * BigInteger.Pow(10, shift) : Rounded(all, BigInteger.Pow(10, -shift));
        return text[0] == '-' ? -units : units;
    }

    private static BigInteger Rounded(BigInteger value, BigInteger divisor)
    {
        BigInteger whole = BigInteger.DivRem(value, divisor, out BigInteger rest);
        int half = (rest * 2).CompareTo(divisor);
        return whole + (half > 0 || (half == 0 && !whole.IsEven) ? 1 : 0);
    }
}
