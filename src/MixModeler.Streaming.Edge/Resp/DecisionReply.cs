using MixModeler.Streaming.Edge.Front;
using MixModeler.Streaming.Score;

namespace MixModeler.Streaming.Edge.Resp;

// experience, score, modelVersion, rule, known, ageMs: an array in RESP2, a map in RESP3.
internal static class DecisionReply
{
    public static void Write(ref FrontWriter to, in Decision decision, bool isResp3)
    {
        to.Raw(isResp3 ? "%6\r\n+experience\r\n"u8 : "*6\r\n"u8);
        RespWriter.Bulk(ref to, decision.Outcome.ExperienceUtf8.AsSpan());
        Name(ref to, "+score\r\n"u8, isResp3);
        if (decision.IsKnown)
        {
            RespWriter.Probability(ref to, decision.Score, isResp3);
        }
        else
        {
            RespWriter.Null(ref to, isResp3);
        }

        Name(ref to, "+modelVersion\r\n"u8, isResp3);
        RespWriter.Integer(ref to, decision.ModelVersion);
        Name(ref to, "+rule\r\n"u8, isResp3);
        RespWriter.Bulk(ref to, decision.Outcome.RuleUtf8.AsSpan());
        Name(ref to, "+known\r\n"u8, isResp3);
        to.Raw(decision.IsKnown ? (isResp3 ? "#t\r\n"u8 : ":1\r\n"u8) : (isResp3 ? "#f\r\n"u8 : ":0\r\n"u8));
        Name(ref to, "+ageMs\r\n"u8, isResp3);
        if (decision.IsKnown)
        {
            RespWriter.Integer(ref to, decision.AgeMs);
        }
        else
        {
            RespWriter.Null(ref to, isResp3);
        }
    }

    private static void Name(ref FrontWriter to, ReadOnlySpan<byte> name, bool isResp3)
    {
        if (isResp3)
        {
            to.Raw(name);
        }
    }
}
