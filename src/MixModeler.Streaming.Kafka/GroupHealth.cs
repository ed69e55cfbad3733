using Confluent.Kafka;
using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Kafka;

// What keeps a whole group member from working, as one sentence, told once.
internal sealed class GroupHealth(string servers, string topic, Report report)
{
    private volatile string? refusal;

    public BrokerWatch Brokers { get; } = new(servers, report);

    public string? Problem => Brokers.Problem ?? refusal;

    public void Assigned() => refusal = null;

    public void Noticed(Error error)
    {
        switch (error.Code)
        {
            case ErrorCode.Local_AllBrokersDown:
                Brokers.Down("all brokers are down");
                break;
            case ErrorCode.UnknownTopicOrPart:
            case ErrorCode.TopicAuthorizationFailed:
            case ErrorCode.GroupAuthorizationFailed:
            case ErrorCode.Local_Authentication:
                string sentence = $"Kafka does not let us read {topic}: {error.Reason.TrimEnd('.')}.";
                if (refusal != sentence)
                {
                    refusal = sentence;
                    report(Severity.Error, sentence);
                }

                break;
        }
    }
}
