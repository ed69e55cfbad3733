namespace MixModeler.Streaming.Generate;

/// <summary>What a synthetic visitor does; the order breaks ties between events of one millisecond.</summary>
public enum LumaEventType : byte
{
    AdImpression,
    PageView,
    EmailSent,
    AdClick,
    EmailOpened,
    EmailClicked,
    LinkClick,
    ProductView,
    PropositionDisplay,
    Purchase,
    PropositionInteract,
    PropositionDismiss,
    FormFilledOut,
}
