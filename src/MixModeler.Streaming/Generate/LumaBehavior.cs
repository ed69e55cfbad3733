namespace MixModeler.Streaming.Generate;

/// <summary>The table that drives the generator: how often, what follows what, and what each event does to the propensity.</summary>
internal static class LumaBehavior
{
    public const int Weeks = 10;

    /// <summary>P(subscribe) of a visitor before any event.</summary>
    public const double PropensityAtStart = 0.001;

    public const long FormDelayMs = 60_000;

    public static readonly int TypeCount = Enum.GetValues<LumaEventType>().Length;

    /// <param name="Name">As in `eventType`.</param>
    /// <param name="WeeklyRate">Events a week: of a visitor for a root, of the last parent for a child.</param>
    /// <param name="PropensityDelta">Added to the propensity, which stays within 0..1.</param>
    /// <param name="DelayHours">Mean time from parent to child.</param>
    internal sealed record Entry(string Name, double WeeklyRate, double PropensityDelta, double DelayHours);

    // By LumaEventType.
    private static readonly Entry[] Entries =
    [
        new("advertising.impressions", 0.1, 0.001, 0),
        new("web.webpagedetails.pageViews", 0.1, 0.005, 0.1),
        new("directMarketing.emailSent", 0.5, 0.005, 0),
        new("advertising.clicks", 0.01, 0.002, 0.5),
        new("directMarketing.emailOpened", 0.2, 0.02, 24),
        new("directMarketing.emailClicked", 0.05, 0.1, 0.5),
        new("web.webinteraction.linkClicks", 0.05, 0.005, 0.1),
        new("commerce.productViews", 0.05, 0.005, 0.2),
        new("decisioning.propositionDisplay", 0.05, 0.005, 0.1),
        new("commerce.purchases", 0.01, 0.1, 1),
        new("decisioning.propositionInteract", 0.01, 0.1, 0.05),
        new("decisioning.propositionDismiss", 0.01, -0.2, 0.05),
        new("web.formFilledOut", 0, 0, 0),
    ];

    private static readonly byte[][] NamesUtf8 = [.. Entries.Select(entry => System.Text.Encoding.UTF8.GetBytes(entry.Name))];

    /// <summary>Drawn first, independently of everything.</summary>
    public static readonly LumaEventType[] Roots = [LumaEventType.AdImpression, LumaEventType.PageView, LumaEventType.EmailSent];

    /// <summary>
    /// Parents in the order in which their children are drawn. Page views come after the e-mail clicks that replace them.
    /// </summary>
    public static readonly (LumaEventType Parent, LumaEventType[] Children)[] Dependencies =
    [
        (LumaEventType.AdImpression, [LumaEventType.AdClick]),
        (LumaEventType.EmailSent, [LumaEventType.EmailOpened]),
        (LumaEventType.EmailOpened, [LumaEventType.EmailClicked]),
        (LumaEventType.EmailClicked, [LumaEventType.PageView]),
        (LumaEventType.PageView, [LumaEventType.LinkClick, LumaEventType.ProductView, LumaEventType.PropositionDisplay]),
        (LumaEventType.ProductView, [LumaEventType.Purchase]),
        (LumaEventType.PropositionDisplay, [LumaEventType.PropositionInteract, LumaEventType.PropositionDismiss]),
    ];

    public static Entry Of(LumaEventType type) => Entries[(int)type];

    public static ReadOnlySpan<byte> NameUtf8(LumaEventType type) => NamesUtf8[(int)type];

    public static bool IsEmail(LumaEventType type) =>
        type is LumaEventType.EmailSent or LumaEventType.EmailOpened or LumaEventType.EmailClicked;

    /// <summary>A visitor can subscribe on every event but e-mails and advertisements, which happen elsewhere.</summary>
    public static bool IsOnSite(LumaEventType type) =>
        !IsEmail(type) && type is not (LumaEventType.AdImpression or LumaEventType.AdClick);

    /// <summary>Events that carry `web.webInteraction.linkClicks.value` 1.</summary>
    public static bool IsClick(LumaEventType type) => type is LumaEventType.AdClick or LumaEventType.Purchase
        or LumaEventType.LinkClick or LumaEventType.FormFilledOut or LumaEventType.PropositionInteract
        or LumaEventType.PropositionDismiss;
}
