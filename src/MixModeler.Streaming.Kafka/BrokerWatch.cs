using MixModeler.Streaming.Observe;

namespace MixModeler.Streaming.Kafka;

// Turns librdkafka's flood of connection errors into one sentence when the brokers go and one when they are back.
// Called from any thread.
internal sealed class BrokerWatch(string servers, Report report)
{
    private readonly Lock gate = new();
    private string? problem;

    /// <summary>Null while the brokers answer.</summary>
    public string? Problem
    {
        get
        {
            lock (gate)
            {
                return problem;
            }
        }
    }

    public void Down(string reason)
    {
        lock (gate)
        {
            if (problem is not null)
            {
                return;
            }

            problem = $"Kafka at {servers} does not answer ({reason}).";
        }

        report(Severity.Warning, $"{problem} Work waits and goes on when it does.");
    }

    public void Up()
    {
        lock (gate)
        {
            if (problem is null)
            {
                return;
            }

            problem = null;
        }

        report(Severity.Information, $"Kafka at {servers} answers again.");
    }
}
