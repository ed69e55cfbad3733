using MixModeler.Streaming.Attribute;

namespace MixModeler.Streaming.Tests.Attribute;

internal enum WorldStep
{
    Touch,
    Conversion,
    RemoveTouch,
    RemoveConversion,
    Merge,
}

/// <summary>One thing that is told to an attributor.</summary>
internal sealed record WorldOrder(
    WorldStep Step, string Visitor, string Id = "", long TimeMs = 0, int Channel = 0, double Value = 0, long Version = 0, string Other = "")
{
    public bool IsTouch => Step is WorldStep.Touch or WorldStep.RemoveTouch;

    public bool IsRemoval => Step is WorldStep.RemoveTouch or WorldStep.RemoveConversion;
}

/// <summary>Random events of a few visitors, with versions, removals, ties in time, and merges.</summary>
internal static class AttributorWorld
{
    public const long Day = TouchEffects.DayMs;
    public const int Channels = 4;

    public static AttributorOptions Options(Random random) => new()
    {
        Lookback = TimeSpan.FromDays(random.Next(2) == 0 ? 8 : 20),
        BeginsAfterConversion = random.Next(2) == 0,
        MarkovOrder = 1 + random.Next(2),
    };

    public static TouchEffects Effects(Random random, long version)
    {
        double[] effects = new double[Channels * 3];
        for (int channel = 0; channel < Channels; channel++)
        {
            double effect = random.Next(4) == 0 ? 0 : random.NextDouble() * 2;
            for (int week = 0; week < 3; week++)
            {
                effects[(channel * 3) + week] = effect;
                effect *= random.NextDouble();
            }
        }

        return new TouchEffects(effects, 3, version);
    }

    public static List<WorldOrder> Draw(Random random, bool withMerges)
    {
        List<WorldOrder> orders = [];
        int visitors = 1 + random.Next(4);
        for (int v = 0; v < visitors; v++)
        {
            string visitor = $"v{v}";
            int events = random.Next(9);
            for (int e = 0; e < events; e++)
            {
                AddVersions(random, orders, visitor, isTouch: true, $"t{(random.Next(12) == 0 ? "" : visitor)}{e}");
            }

            events = random.Next(4);
            for (int e = 0; e < events; e++)
            {
                AddVersions(random, orders, visitor, isTouch: false, $"c{(random.Next(12) == 0 ? "" : visitor)}{e}");
            }
        }

        int merges = withMerges ? random.Next(3) : 0;
        for (int m = 0; m < merges; m++)
        {
            orders.Add(new WorldOrder(WorldStep.Merge, $"v{random.Next(visitors)}", Other: $"v{random.Next(visitors)}"));
        }

        return orders;
    }

    public static bool Tell(PathAttributor attributor, WorldOrder order)
    {
        switch (order.Step)
        {
            case WorldStep.Touch:
                return attributor.Touch(order.Visitor, order.Id, order.TimeMs, order.Channel, order.Version);
            case WorldStep.Conversion:
                return attributor.Conversion(order.Visitor, order.Id, order.TimeMs, order.Value, order.Version);
            case WorldStep.RemoveTouch:
                return attributor.RemoveTouch(order.Visitor, order.Id, order.TimeMs, order.Version);
            case WorldStep.RemoveConversion:
                return attributor.RemoveConversion(order.Visitor, order.Id, order.TimeMs, order.Version);
            default:
                attributor.Merge(order.Visitor, order.Other);
                return true;
        }
    }

    private static void AddVersions(Random random, List<WorldOrder> orders, string visitor, bool isTouch, string id)
    {
        // Half days, few of them: events meet at the same time, and stand exactly at the edge of the lookback.
        int versions = random.Next(3) == 0 ? 2 + random.Next(2) : 1;
        for (int version = 0; version < versions; version++)
        {
            long time = (20_000 * Day) + (random.Next(120) * Day / 2);
            bool isRemoved = random.Next(8) == 0;
            WorldStep step = isTouch ? (isRemoved ? WorldStep.RemoveTouch : WorldStep.Touch)
                : isRemoved ? WorldStep.RemoveConversion : WorldStep.Conversion;
            orders.Add(new WorldOrder(step, visitor, id, time, isTouch && !isRemoved ? random.Next(Channels) : 0,
                isTouch || isRemoved ? 0 : random.Next(100), random.Next(4) == 0 ? 0 : version));
        }
    }
}
